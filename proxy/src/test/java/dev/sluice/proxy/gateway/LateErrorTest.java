package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.Sql;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What a statement fails on in a later phase is told as the direct statement's error, fields and all. */
@Tag("integration")
class LateErrorTest {

    private static final String[] TABLES = {
        "CREATE TABLE other (id int PRIMARY KEY)",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text NOT NULL)",
        "INSERT INTO t VALUES (1, 5, 'x'), (2, NULL, 'x')",
        "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
        "CREATE TABLE rest PARTITION OF parted DEFAULT",
        "INSERT INTO parted VALUES (500)",
        "CREATE TABLE piece (id int)",
        "INSERT INTO piece VALUES (50)"
    };

    private static final String COLUMN_C =
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'c' AND NOT attisdropped";

    private static final List<String> STATEMENTS = List.of(
            "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
            "ALTER TABLE t ADD CONSTRAINT big CHECK (a > 100)",
            "ALTER TABLE t ADD UNIQUE (b)",
            "ALTER TABLE t ADD CONSTRAINT known FOREIGN KEY (id) REFERENCES other",
            "CREATE UNIQUE INDEX b_once ON t (b)",
            "ALTER TABLE parted ATTACH PARTITION piece FOR VALUES FROM (100) TO (200)",
            "ALTER TABLE parted ATTACH PARTITION piece FOR VALUES FROM (0) TO (1000)");

    static Stream<TestServer> servers() {
        return Stream.of(TestServer.newest(), TestServer.old());
    }

    @ParameterizedTest
    @MethodSource("servers")
    void theFieldsAreThoseOfTheDirectStatement(TestServer server) throws Exception {
        try (GatewayFixture gateway = gateway(server);
                Connection direct = server.connect(server.newDatabaseAfter(List.of(TABLES)));
                Connection client = gateway.connect()) {
            for (String sql : STATEMENTS) {
                assertThat(fields(client, sql)).as(sql).isEqualTo(fields(direct, sql));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aBackfillThatLeavesARowWithoutAValueFailsAsTheColumnWould(TestServer server) throws Exception {
        try (GatewayFixture gateway = gateway(server);
                Connection client = gateway.connect()) {
            String sql = "/* sluice: backfill=\"a\" */ ALTER TABLE t ADD COLUMN c int NOT NULL";

            assertThat(fields(client, sql))
                    .containsExactly(
                            "23502", "column \"c\" of relation \"t\" contains null values", "public", "t", "c", "null");
            assertThat(Sql.text(client, COLUMN_C)).isEqualTo("0");
        }
    }

    /** Rows that have got it would be filled for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"NOT NULL ", ""})
    void aDefaultThatGivesNoValueIsAnErrorOnce(String constraint) throws Exception {
        try (GatewayFixture gateway = gateway(TestServer.newest());
                Connection client = gateway.connect()) {
            Sql.execute(
                    client,
                    "CREATE FUNCTION nothing() RETURNS int VOLATILE LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");

            assertThat(fields(client, "ALTER TABLE t ADD COLUMN c int " + constraint + "DEFAULT nothing()"))
                    .startsWith("23502", "column \"c\" of relation \"t\" contains null values");
            assertThat(Sql.text(client, COLUMN_C)).isEqualTo("0");
        }
    }

    private static GatewayFixture gateway(TestServer server) {
        return GatewayFixture.start(
                server, server.newDatabaseAfter(List.of(TABLES)), Policy.DEFAULTS, GatewayFixture.settings());
    }

    /** SQLSTATE, message, schema, table, column and constraint of the error that a statement fails with. */
    private static List<String> fields(Connection connection, String sql) {
        ServerErrorMessage said =
                Objects.requireNonNull(catchThrowableOfType(PSQLException.class, () -> execute(connection, sql))
                        .getServerErrorMessage());
        return Stream.of(
                        said.getSQLState(),
                        said.getMessage(),
                        said.getSchema(),
                        said.getTable(),
                        said.getColumn(),
                        said.getConstraint())
                .map(String::valueOf)
                .toList();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        Sql.execute(connection, sql);
    }
}
