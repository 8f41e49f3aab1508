package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WrittenTablesTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            insert into T values (1)                                   | t
            INSERT INTO shop.public."T" (a) SELECT a FROM other        | t
            UPDATE ONLY (t) SET a = 1                                  | t
            DELETE FROM ONLY t USING other                             | t
            MERGE INTO t USING other ON true WHEN MATCHED THEN DELETE  | t
            COPY BINARY t FROM STDIN                                   | t
            WITH x AS (UPDATE t * SET a = 1 RETURNING a) SELECT a FROM x | t
            TRUNCATE TABLE ONLY t                                      | t
            INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 2   | t
            """)
    void theTableIsNamed(String sql, String table) {
        assertThat(written(sql)).containsExactly(table);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT a FROM t FOR NO KEY UPDATE OF t",
                "COPY t (a) TO STDOUT",
                "COPY (SELECT a FROM t) TO STDOUT",
                "CREATE TRIGGER r BEFORE INSERT OR UPDATE OF a OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()",
                "ALTER TABLE o ADD FOREIGN KEY (a) REFERENCES t ON DELETE CASCADE ON UPDATE CASCADE",
                "GRANT INSERT, DELETE ON t TO bob",
                "SELECT 'INSERT INTO t', \"update\" FROM t",
                "INSERT",
                "UPDATE"
            })
    void whatOnlyReadsWritesNone(String sql) {
        assertThat(written(sql)).isEmpty();
    }

    private static Set<String> written(String sql) {
        return WrittenTables.in(Scanner.tokens(sql, POSTGRES));
    }
}
