package dev.sluice.proxy.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** A partition that is attached by phases is the same as one attached directly, and the server reads no row for it. */
class AttachPartitionTest {

    private static final String COLUMNS = "(a int NOT NULL, b text, at timestamptz, n bigint)";

    /** Partition key, the bounds of partitions that are there, the new one's bound, a row of the new one's. */
    private static final List<Arguments> CASES = List.of(
            Arguments.of("RANGE (a)", List.of(), "FOR VALUES FROM (1) TO (10)", "5, 'x', now(), 1"),
            Arguments.of("RANGE (a)", List.of("DEFAULT"), "FOR VALUES FROM (MINVALUE) TO (10)", "5, 'x', now(), 1"),
            Arguments.of("RANGE (n, a)", List.of("DEFAULT"), "FOR VALUES FROM (1, 5) TO (2, 20)", "9, 'x', now(), 1"),
            Arguments.of(
                    "RANGE (n, a, b)",
                    List.of("DEFAULT"),
                    "FOR VALUES FROM (1, 5, MINVALUE) TO (1, 20, 'm')",
                    "9, 'x', now(), 1"),
            Arguments.of(
                    "RANGE (at, b)",
                    List.of("FOR VALUES FROM (MINVALUE, MINVALUE) TO ('2025-01-01', MINVALUE)", "DEFAULT"),
                    "FOR VALUES FROM ('2025-01-01', MINVALUE) TO ('2026-01-01', MAXVALUE)",
                    "9, 'x', '2025-06-01', 1"),
            Arguments.of("RANGE (lower(b))", List.of("DEFAULT"), "FOR VALUES FROM ('a') TO ('n')", "9, 'B', now(), 1"),
            Arguments.of("RANGE ((n + a))", List.of(), "FOR VALUES FROM (1) TO (100)", "9, 'B', now(), 1"),
            Arguments.of(
                    "RANGE (a, n)",
                    List.of(
                            "FOR VALUES FROM (1, 1) TO (3, 7)",
                            "FOR VALUES FROM (10, MINVALUE) TO (MAXVALUE, MAXVALUE)"),
                    "DEFAULT",
                    "5, 'x', now(), 1"),
            Arguments.of("LIST (b)", List.of("DEFAULT"), "FOR VALUES IN ('x')", "5, 'x', now(), 1"),
            Arguments.of("LIST (b)", List.of("DEFAULT"), "FOR VALUES IN ('x', 'y', NULL)", "5, NULL, now(), 1"),
            Arguments.of("LIST (n)", List.of(), "FOR VALUES IN (NULL)", "5, 'x', now(), NULL"),
            Arguments.of(
                    "LIST (n)",
                    List.of("FOR VALUES IN (3, 1)", "FOR VALUES IN (2, NULL)"),
                    "DEFAULT",
                    "5, 'x', now(), 9"),
            Arguments.of("LIST (n)", List.of("FOR VALUES IN (3, 1)"), "DEFAULT", "5, 'x', now(), 9"),
            Arguments.of("HASH (a, at)", List.of(), "FOR VALUES WITH (MODULUS 1, REMAINDER 0)", "5, 'x', now(), 1"));

    private static String fixture(String key, List<String> bounds, String row) {
        StringBuilder sql = new StringBuilder("CREATE TABLE \"Parts\" " + COLUMNS + " PARTITION BY " + key + ";");
        int number = 0;
        for (String bound : bounds) {
            sql.append("CREATE TABLE p")
                    .append(number++)
                    .append(" PARTITION OF \"Parts\" ")
                    .append(bound)
                    .append(';');
        }
        return sql + "CREATE TABLE fresh " + COLUMNS + "; INSERT INTO fresh VALUES (" + row + "); ANALYZE";
    }

    @ParameterizedTest
    @FieldSource("CASES")
    void onTheNewestServer(String key, List<String> bounds, String bound, String row) throws SQLException {
        attach(TestServer.newest(), key, bounds, bound, row);
    }

    @ParameterizedTest
    @FieldSource("CASES")
    void onAnOlderServer(String key, List<String> bounds, String bound, String row) throws SQLException {
        attach(TestServer.old(), key, bounds, bound, row);
    }

    private static void attach(TestServer server, String key, List<String> bounds, String bound, String row)
            throws SQLException {
        String direct = server.newDatabase();
        String phased = server.newDatabase();
        String sql = "ALTER TABLE \"Parts\" ATTACH PARTITION fresh " + bound;
        server.execute(direct, fixture(key, bounds, row), sql);
        server.execute(
                phased, fixture(key, bounds, row), "ALTER DATABASE " + phased + " SET client_min_messages = debug1");
        try (Connection one = server.connect(direct);
                Connection other = server.connect(phased)) {
            PlanRunner runner = new PlanRunner(other);
            Decision decision = runner.judge(sql);
            assertThat(decision.verdict()).isEqualTo(Verdict.PHASE);
            List<String> said = runner.said(() -> runner.run(sql, decision));

            boolean rest = bounds.contains("DEFAULT");
            assertThat(said)
                    .filteredOn(line -> line.contains("is implied by existing constraints"))
                    .anyMatch(line -> line.contains("partition constraint for table \"fresh\""))
                    .hasSize(rest ? 2 : 1);
            assertThat(CatalogPicture.of(other)).isEqualTo(CatalogPicture.of(one));
        }
        server.drop(direct);
        server.drop(phased);
    }

    @Test
    void aHashOfTextIsNothingThatACheckCouldSay() throws SQLException {
        TestServer server = TestServer.newest();
        String database = server.newDatabase();
        server.execute(database, fixture("HASH (b)", List.of(), "5, 'x', now(), 1"));
        try (Connection connection = server.connect(database)) {
            Decision decision = new PlanRunner(connection)
                    .judge("ALTER TABLE \"Parts\" ATTACH PARTITION fresh FOR VALUES WITH (MODULUS 1, REMAINDER 0)");
            assertThat(decision.verdict()).isEqualTo(Verdict.PARK);
            assertThat(decision.why())
                    .contains("by a call without a collation")
                    .contains("readers and writers of public.Parts go on, those of public.fresh wait");
        }
        server.drop(database);
    }

    @Test
    void aRowOfTheNewPartitionsInTheDefaultOneIsFoundBeforeAnythingIsInItsWay() throws SQLException {
        TestServer server = TestServer.newest();
        String database = server.newDatabase();
        server.execute(
                database,
                fixture("RANGE (a)", List.of("DEFAULT"), "5, 'x', now(), 1"),
                "INSERT INTO p0 VALUES (6, 'x', now(), 1)");
        String sql = "ALTER TABLE \"Parts\" ATTACH PARTITION fresh FOR VALUES FROM (1) TO (10)";
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            PlanRunner runner = new PlanRunner(connection);
            Decision decision = runner.judge(sql);

            assertThatThrownBy(() -> runner.run(sql, decision))
                    .hasMessageContaining("default partition \"p0\" would be violated by some row");
            statement.execute("INSERT INTO \"Parts\" VALUES (7, 'x', now(), 1)");
        }
        server.drop(database);
    }
}
