package dev.sluice.proxy.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Foreign keys of partitioned tables on a server that takes none of them NOT VALID: made leaf by leaf they are the same as
 * made directly, also for whoever changes the partitions afterwards.
 */
class PartitionedForeignKeyTest {

    private static final String[] FIXTURE = {
        "CREATE TABLE customers (id bigint PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE customers_1 PARTITION OF customers FOR VALUES FROM (0) TO (50)",
        "CREATE TABLE customers_2 PARTITION OF customers FOR VALUES FROM (50) TO (100)",
        "CREATE TABLE tree (id bigint PRIMARY KEY, up bigint, customer bigint) PARTITION BY RANGE (id)",
        "CREATE TABLE tree_1 PARTITION OF tree FOR VALUES FROM (0) TO (50)",
        "CREATE TABLE tree_2 PARTITION OF tree FOR VALUES FROM (50) TO (1000) PARTITION BY RANGE (id)",
        "CREATE TABLE tree_2a PARTITION OF tree_2 FOR VALUES FROM (50) TO (80)",
        "CREATE TABLE tree_2b PARTITION OF tree_2 FOR VALUES FROM (80) TO (1000)",
        "INSERT INTO customers SELECT generate_series(1, 99)",
        "INSERT INTO tree SELECT g, nullif(g / 2, 0), g FROM generate_series(1, 99) g",
        "ANALYZE"
    };

    private static final String BREAKS = "UPDATE tree SET %s = 5000, customer = 5000 WHERE id = 90";

    private final TestServer server = TestServer.old();
    private final String direct = server.newDatabase();
    private final String phased = server.newDatabase();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE tree ADD FOREIGN KEY (customer) REFERENCES customers ON DELETE CASCADE",
                "ALTER TABLE tree ADD FOREIGN KEY (up) REFERENCES tree",
                "ALTER TABLE tree ADD CONSTRAINT above FOREIGN KEY (up) REFERENCES tree (id) ON DELETE CASCADE",
                "ALTER TABLE tree ADD COLUMN owner bigint DEFAULT 7 REFERENCES tree"
            })
    void itIsTheSameAsMadeDirectly(String sql) throws SQLException {
        server.execute(direct, FIXTURE);
        server.execute(phased, FIXTURE);
        try (Connection one = server.connect(direct);
                Connection other = server.connect(phased)) {
            PlanRunner runner = new PlanRunner(other);
            Decision decision = runner.judge(sql);
            if (server.major() == 12) {
                assertThat(decision.verdict()).isEqualTo(Verdict.PARK);
                assertThat(decision.why()).contains("without remains only from 13.21");
                return;
            }
            assertThat(decision.verdict()).as(decision.why()).isEqualTo(Verdict.PHASE);
            runner.run(sql, decision);
            server.execute(direct, sql);

            assertThat(CatalogPicture.of(other)).isEqualTo(CatalogPicture.of(one));
            assertThat(triggers(phased)).isEqualTo(triggers(direct));
        }
        for (String database : new String[] {direct, phased}) {
            assertThatThrownBy(() -> server.execute(database, BREAKS.formatted(sql.contains("owner") ? "owner" : "up")))
                    .hasMessageContaining("foreign key constraint");
            server.execute(
                    database,
                    "TRUNCATE tree, customers",
                    "ALTER TABLE tree DETACH PARTITION tree_1",
                    "ALTER TABLE tree_2 DETACH PARTITION tree_2b");
        }
        try (Connection one = server.connect(direct);
                Connection other = server.connect(phased)) {
            assertThat(CatalogPicture.of(other)).isEqualTo(CatalogPicture.of(one));
        }
        server.drop(direct);
        server.drop(phased);
    }

    /** Those that carry the constraints out. */
    private String triggers(String database) throws SQLException {
        return server.text(
                database,
                "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (SELECT format('%s %s %s', tgrelid::regclass,"
                        + " tgfoid::regproc, tgconstrrelid::regclass) AS line FROM pg_trigger WHERE tgisinternal) t");
    }
}
