package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Routines that change a schema and are run without a call in any SQL, or by a connection of the server's own. */
@Tag("integration")
class UnnamedCallTest {

    private static final String ALTERS = "LANGUAGE plpgsql AS 'BEGIN ALTER TABLE smug ADD tok uuid; RETURN NULL; END'";

    private final GatewayFixture gateway = GatewayFixture.start();

    @BeforeEach
    void fill() throws SQLException {
        direct(
                "CREATE TABLE smug (id int PRIMARY KEY, name text)",
                "INSERT INTO smug VALUES (1, 'a')",
                "CREATE FUNCTION alters() RETURNS int " + ALTERS,
                "CREATE FUNCTION harmless() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE FUNCTION runs(q text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE q; END'");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            CREATE VIEW v AS SELECT alters()                                         | SELECT * FROM v
            CREATE VIEW v AS SELECT alters()                                         | SELECT schema_to_xml('public', true, true, '')
            CREATE VIEW v AS SELECT alters(); CREATE VIEW w AS SELECT 1 FROM v       | TABLE public."w"
            CREATE TABLE d (a int DEFAULT alters(), b int)                           | INSERT INTO d (b) VALUES (1)
            CREATE TABLE d (a int DEFAULT alters(), b int)                           | UPDATE ONLY public.d SET a = DEFAULT
            CREATE TABLE d (a int DEFAULT alters(), b int)                           | WITH x AS (MERGE INTO d USING smug ON b = id WHEN NOT MATCHED THEN INSERT (b) VALUES (1) RETURNING 1) SELECT 1
            CREATE TABLE d (a int DEFAULT alters(), b int); CREATE VIEW w AS SELECT * FROM d | INSERT INTO w (b) VALUES (1)
            CREATE TABLE d (a int DEFAULT alters(), b int); CREATE FUNCTION fills() RETURNS void LANGUAGE sql AS 'INSERT INTO d (b) VALUES (1)' | SELECT fills()
            CREATE VIEW v AS SELECT alters(); CREATE FUNCTION reads() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM v' | SELECT reads()
            CREATE DOMAIN dom AS int CHECK (alters() IS NULL)                        | SELECT 1::dom
            CREATE DOMAIN dom AS int CHECK (alters() IS NULL); CREATE TABLE d (a dom) | INSERT INTO d VALUES (1)
            CREATE RULE r AS ON INSERT TO smug DO ALSO SELECT alters()               | INSERT INTO smug VALUES (2, 'b')
            CREATE FUNCTION o(int, int) RETURNS int {ALTERS}; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = o) | SELECT 1===2
            CREATE FUNCTION o(int, int) RETURNS int {ALTERS}; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = o) | SELECT 1 OPERATOR(public.===)2
            CREATE TYPE pair AS (a int); CREATE FUNCTION c(pair) RETURNS int {ALTERS}; CREATE CAST (pair AS int) WITH FUNCTION c(pair) | SELECT CAST(ROW(1)::pair AS int)
            CREATE FUNCTION ofrow(smug) RETURNS int {ALTERS}                         | SELECT s.ofrow FROM smug s
            CREATE FUNCTION s(int, int) RETURNS int {ALTERS}; CREATE AGGREGATE agg (int) (SFUNC = s, STYPE = int) | SELECT agg(id) FROM smug
            """)
    void whatWasMadePastTheGatewayIsKnownByItsName(String made, String statement) throws Exception {
        direct(made.replace("{ALTERS}", ALTERS));
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            client.query("SELECT harmless()", false); // has the routines read
            assertThat(client.query("SELECT 1 AS one WHERE 2 > 3", false).message())
                    .isEmpty();

            assertThat(client.query(statement, false).message().orElse("")).contains("waits for approval as request");
            assertThat(client.extended("", statement, false).message().orElse(""))
                    .contains("waits for approval as request");
        }
        assertAbsent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM d",
                "SELECT b FROM d FOR NO KEY UPDATE",
                "INSERT INTO smug SELECT b, 'x' FROM d",
                "COPY d TO STDOUT",
                "ALTER TABLE smug ADD FOREIGN KEY (id) REFERENCES d (b) ON UPDATE CASCADE NOT VALID",
                "COMMENT ON TABLE d IS 'INSERT INTO d'"
            })
    void readingATableWhoseDefaultChangesTheSchemaIsFree(String statement) throws Exception {
        direct("CREATE TABLE d (a int DEFAULT alters(), b int PRIMARY KEY)");
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            client.query("SELECT harmless()", false); // has the routines read
            assertThat(client.query(statement, false).message()).isEmpty();
        }
        assertAbsent();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | INSERT INTO d VALUES (2)
            1 | DELETE FROM referenced
            1 | SELECT writes()
            0 | SELECT * FROM d
            0 | INSERT INTO smug SELECT b, 'x' FROM d
            """)
    void aWriteThatMayFireATriggerWhichChangesTheSchemaIsOnRecord(int records, String statement) throws Exception {
        direct(
                "CREATE TABLE referenced (id int PRIMARY KEY)",
                "CREATE TABLE d (b int REFERENCES referenced ON DELETE CASCADE)",
                "CREATE FUNCTION makes() RETURNS trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN CREATE TABLE IF NOT EXISTS made (a int); RETURN NEW; END'",
                "CREATE TRIGGER t BEFORE INSERT OR DELETE ON d FOR EACH ROW EXECUTE FUNCTION makes()",
                "CREATE FUNCTION writes() RETURNS void LANGUAGE plpgsql AS 'BEGIN INSERT INTO d VALUES (2); END'",
                "INSERT INTO referenced VALUES (1), (2)");
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            client.query("SELECT harmless()", false);
            assertThat(client.query(statement, false).message()).isEmpty();
        }

        assertThat(gateway.trail().last(9, entry -> entry.text("kind").equals("attempt")))
                .hasSize(records);
    }

    @Test
    void aFunctionThatIsCalledByNumberIsJudgedLikeItsSelect() throws Exception {
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            WireClient.Answer held = client.call(number("alters()"));
            WireClient.Answer given = client.call(number("runs(text)"), bytes("ALTER TABLE smug ADD tok uuid"));
            WireClient.Answer unseen = client.call(number("runs(text)"), bytes("SELECT 1"));
            WireClient.Answer byServer = client.call(
                    number("query_to_xml(text,boolean,boolean,text)"),
                    bytes("SELECT alters()"),
                    new byte[] {1},
                    new byte[] {1},
                    bytes(""));

            assertThat(held.message().orElse("")).contains("waits for approval as request");
            assertThat(given.message().orElse("")).contains("waits for approval as request");
            assertThat(byServer.message().orElse("")).contains("waits for approval as request");
            assertThat(unseen.sqlState()).contains("0A000");
            assertThat(client.call(number("harmless()")).sqlState()).isEmpty();
            assertThat(client.call(number("pg_catalog.pg_backend_pid()")).sqlState())
                    .isEmpty();
            assertThat(client.call(2_000_000_000).sqlState()).isPresent();
            assertThat(client.query("SELECT 1", false).tags()).containsExactly("SELECT 1");
        }
        assertAbsent();
    }

    @Test
    void aHeldCallByNumberFailsItsTransaction() throws Exception {
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            client.query("BEGIN", false);
            assertThat(client.call(number("alters()")).sqlState()).isPresent();
            assertThat(client.query("SELECT 1", false).sqlState()).contains("25P02");
            assertThat(client.call(number("harmless()")).sqlState()).contains("25P02");
            assertThat(client.query("ROLLBACK", false).sqlState()).isEmpty();
        }
        assertAbsent();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            held   | SELECT dblink_exec('{TO}', 'ALTER TABLE smug ADD tok uuid')
            held   | SELECT dblink_exec('{TO}', concat(chr(65), 'LTER TABLE smug ADD tok uuid'))
            held   | SELECT * FROM dblink('{TO}', 'ALTER TABLE smug ADD tok uuid') AS t (a text)
            held   | SELECT * FROM dblink('{TO}', 'SELECT alters()') AS t (a int)
            held   | SELECT dblink_send_query('c', 'ALTER TABLE smug ADD tok uuid')
            held   | SELECT public.dblink_exec /* x */ ('{TO}', $$ALTER TABLE smug ADD tok uuid$$)
            passes | SELECT * FROM dblink('{TO}', 'SELECT id FROM smug WHERE id = 1') AS t (id int)
            passes | SELECT * FROM dblink('{TO}', concat('SELECT id FROM smug WHERE id = ', 1 + 0)) AS t (id int)
            passes | SELECT dblink_exec('{TO}', 'UPDATE smug SET name = name WHERE id = 1')
            """)
    void sqlThatDblinkIsGivenIsJudged(String becomes, String statement) throws Exception {
        assumeThat(available("dblink")).isTrue();
        direct("CREATE EXTENSION dblink");
        String to = "host=127.0.0.1 port=" + gateway.serverPort() + " user=postgres dbname=" + gateway.database();
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            String message =
                    client.query(statement.replace("{TO}", to), false).message().orElse("");
            if (becomes.equals("held")) {
                assertThat(message).contains("waits for approval as request");
            } else {
                assertThat(message).isEmpty();
            }
        }
        assertAbsent();
    }

    private boolean available(String extension) throws SQLException {
        try (Connection connection = gateway.direct()) {
            return Sql.number(
                            connection, "SELECT count(*) FROM pg_available_extensions WHERE name = '" + extension + "'")
                    > 0;
        }
    }

    private int number(String function) throws SQLException {
        try (Connection connection = gateway.direct()) {
            return (int) Sql.number(connection, "SELECT '" + function + "'::regprocedure::oid::bigint");
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void direct(String... statements) throws SQLException {
        try (Connection connection = gateway.direct();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private void assertAbsent() throws SQLException {
        try (Connection connection = gateway.direct()) {
            assertThat(Sql.number(
                            connection,
                            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'smug'::regclass AND attname = 'tok'"))
                    .isZero();
        }
    }
}
