package dev.sluice.policies.dml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableWriteReaderTest {

    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));

    @Test
    void anUpdateIsTakenApartIntoHeadAndCondition() throws NotBatchedException {
        TableWrite write = TableWriteReader.read(
                "UPDATE ONLY shop.\"Orders\" AS o SET total = o.price * quantity -- net\n, note = upper(note)"
                        + " WHERE total IS DISTINCT FROM 0 /* x */",
                POSTGRES);

        assertThat(write.schema()).contains("shop");
        assertThat(write.table()).isEqualTo("Orders");
        assertThat(write.assigned()).containsExactly("total", "note");
        assertThat(write.functions()).containsExactly(new TableWrite.Function(Optional.empty(), "upper"));
        assertThat(write.from("ONLY ", "shop")).isEqualTo("ONLY \"shop\".\"Orders\" AS \"o\"");
        assertThat(write.assignments(Map.of())).isEqualTo("total = o.price * quantity -- net\n, note = upper(note)");
        assertThat(write.condition(Map.of())).isEqualTo("total IS DISTINCT FROM 0");
    }

    @Test
    void aDeleteWithoutAConditionConcernsEveryRow() throws NotBatchedException {
        TableWrite write = TableWriteReader.read("delete from t", POSTGRES);

        assertThat(write.from("ONLY ", "public")).isEqualTo("ONLY \"public\".\"t\"");
        assertThat(write.assignments(Map.of())).isEmpty();
        assertThat(write.condition(Map.of())).isEqualTo("1 = 1");
    }

    @Test
    void theMomentOfTheStatementIsPutInForItsWords() throws NotBatchedException {
        TableWrite write = TableWriteReader.read(
                "UPDATE t SET a = now(), b = current_date WHERE c < CURRENT_TIMESTAMP - interval '1 day'", POSTGRES);
        Map<String, String> moments = Map.of("now", "<now>", "current_date", "<date>", "current_timestamp", "<ts>");

        assertThat(write.assignments(moments)).isEqualTo("a = <now>, b = <date>");
        assertThat(write.condition(moments)).isEqualTo("c < <ts> - interval '1 day'");
        assertThat(write.functions()).isEmpty();
    }

    @Test
    void mySqlMayNameTheTableBeforeAColumn() throws NotBatchedException {
        TableWrite write = TableWriteReader.read("UPDATE `shop`.t x SET x.A = if(b > 1, 'it''s', c)", MYSQL);

        assertThat(write.assigned()).containsExactly("a");
        assertThat(write.functions()).containsExactly(new TableWrite.Function(Optional.empty(), "if"));
        assertThat(write.from("", "shop")).isEqualTo("`shop`.`t` AS `x`");
        assertThat(write.assignments(Map.of())).isEqualTo("x.A = if(b > 1, 'it''s', c)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE t SET a = 1 FROM u | FROM clause",
                "UPDATE t SET a = 1 RETURNING id | RETURNING clause",
                "UPDATE t SET a = 1 WHERE b RETURNING id | RETURNING clause",
                "DELETE FROM t USING u | USING clause",
                "DELETE FROM t RETURNING * | RETURNING clause",
                "UPDATE t SET a = (SELECT max(a) FROM t) | query",
                "UPDATE t SET a = 1 WHERE EXISTS (SELECT 1) | query",
                "UPDATE t SET (a, b) = (1, 2) | several columns",
                "UPDATE t SET a = $1 | parameters",
                "UPDATE t SET a = current_user | CURRENT_USER",
                "UPDATE t SET a = DEFAULT | DEFAULT",
                "UPDATE t SET a = 'now' | moment",
                "UPDATE t SET a = now(3) | precision",
                "UPDATE t SET a = 1, a = 2 | twice",
                "UPDATE t SET a[1] = 2 | cannot be read",
                "UPDATE t SET a.b = 2 | cannot be read",
                "UPDATE t SET a = 1) | parentheses",
                "UPDATE t SET a = (1 | parentheses",
                "UPDATE t SET | expected",
                "UPDATE t WHERE a | cannot be read",
                "DELETE FROM t WHERE CURRENT OF c | cursor",
                "DELETE FROM t WHERE a, b | WHERE",
                "WITH x AS (SELECT 1) DELETE FROM t | no UPDATE",
                "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE | no UPDATE",
            })
    void whatCannotBeKeptInBatchesIsRefusedByName(String sql, String why) {
        assertThatThrownBy(() -> TableWriteReader.read(sql, POSTGRES))
                .isInstanceOf(NotBatchedException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE t SET a = 1 ORDER BY b | ORDER clause",
                "UPDATE t SET a = 1 LIMIT 5 | LIMIT clause",
                "DELETE FROM t ORDER BY id LIMIT 5 | ORDER clause",
                "DELETE FROM t WHERE a LIMIT 5 | LIMIT clause",
                "UPDATE t, u SET a = 1 | cannot be read",
                "UPDATE t JOIN u SET a = 1 | cannot be read",
                "UPDATE IGNORE t SET a = 1 | cannot be read",
                "UPDATE LOW_PRIORITY t SET a = 1 | cannot be read",
                "DELETE t FROM t | cannot be read",
                "UPDATE t PARTITION (p) SET a = 1 | cannot be read",
                "UPDATE t SET a = @x | variable",
                "UPDATE t SET a = /*!50000 1 + */ 2 | executable comment",
                "UPDATE t SET u.a = 1 | cannot be read",
            })
    void andOnMySqlLikewise(String sql, String why) {
        assertThatThrownBy(() -> TableWriteReader.read(sql, MYSQL))
                .isInstanceOf(NotBatchedException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aTypeIsNoFunction() throws NotBatchedException {
        TableWrite write = TableWriteReader.read(
                "UPDATE t SET a = b::numeric(10, 2), c = CAST(d AS varchar(5)) WHERE e IN (1, 2)", POSTGRES);

        assertThat(write.functions()).isEmpty();
        assertThat(write.casts()).isTrue();
    }
}
