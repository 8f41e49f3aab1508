package dev.sluice.proxy.equivalence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.testing.Background;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.Seed;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Law 1 for the rewrites beyond ADD COLUMN, while an application writes and the connections that carry them out are cut
 * in the middle: the catalog ends as the direct statement leaves it, nothing half done remains, no write fails.
 */
@Tag("integration")
class RewritesUnderLoadTest {

    /** How often the connection that works is cut. */
    private static final int CUTS = 2;

    /** How often it is seen at work before it is cut, at most. */
    private static final int MOST_LOOKS = 20;

    private static final List<String> SETUP = List.of(
            "CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL)",
            "INSERT INTO customers SELECT g, 'c' || g FROM generate_series(1, 50) g",
            "CREATE DOMAIN amount AS int",
            "CREATE TABLE orders (id int NOT NULL, code int NOT NULL, customer_id int, note text, qty amount)",
            "INSERT INTO orders SELECT g, g, 1 + g % 50, 'n', g FROM generate_series(1, 20000) g",
            "CREATE INDEX orders_note ON orders (note)",
            "CREATE UNIQUE INDEX orders_id ON orders (id)",
            "CREATE TABLE events (id int NOT NULL, day int NOT NULL) PARTITION BY RANGE (day)",
            "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10)",
            "CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (20)",
            "CREATE TABLE events_3 (id int NOT NULL, day int NOT NULL)",
            "INSERT INTO events SELECT g, g % 20 FROM generate_series(1, 5000) g",
            "INSERT INTO events_3 SELECT g, 20 + g % 10 FROM generate_series(1, 5000) g");

    private final TestServer server = TestServer.newest();
    private final Seed seed = Seed.fresh();
    private String direct;
    private GatewayFixture gateway;

    @BeforeEach
    void begin() throws SQLException {
        direct = server.newDatabaseAfter(SETUP);
        gateway = GatewayFixture.start(
                server, server.newDatabaseAfter(SETUP), Policy.DEFAULTS, GatewayFixture.settings());
    }

    @AfterEach
    void end() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX orders_customer ON orders (customer_id)",
                "CREATE UNIQUE INDEX orders_code ON orders (code)",
                "DROP INDEX orders_note",
                "REINDEX INDEX orders_note",
                "REINDEX TABLE orders",
                "ALTER TABLE orders ADD CONSTRAINT orders_code_key UNIQUE (code)",
                "ALTER TABLE orders ADD PRIMARY KEY (id)",
                "ALTER TABLE orders ADD CONSTRAINT positive CHECK (code > 0)",
                "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers",
                "ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL",
                "ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0)",
                "CREATE INDEX events_id ON events (id)",
                "ALTER TABLE events ATTACH PARTITION events_3 FOR VALUES FROM (20) TO (30)",
                "ALTER TABLE events DETACH PARTITION events_1",
                "CREATE UNIQUE INDEX events_id_day ON events (id, day)",
                "ALTER TABLE events ADD CONSTRAINT events_key UNIQUE (id, day)",
                "ALTER TABLE events ADD CONSTRAINT positive CHECK (id > 0)",
                "ALTER TABLE orders ADD CONSTRAINT positive CHECK (code > 0), ADD CONSTRAINT orders_code_key UNIQUE (code),"
                        + " ALTER COLUMN customer_id SET NOT NULL",
                "ALTER TABLE orders ADD CONSTRAINT orders_code_key UNIQUE NULLS NOT DISTINCT (customer_id, id)",
            })
    void itEndsAsTheDirectStatementDoes(String sql) throws Exception {
        server.execute(direct, sql);

        try (Application application = new Application();
                Cutter cutter = new Cutter();
                Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            statement.setQueryTimeout(Patience.SECONDS);
            assertThatCode(() -> statement.execute(sql)).as(this::state).doesNotThrowAnyException();
            assertThat(application.failure()).as(seed.toString()).isEmpty();
            assertThat(cutter.failure()).as(seed.toString()).isEmpty();
        }

        try (Connection left = server.connect(direct);
                Connection right = gateway.direct()) {
            assertThat(CatalogSnapshot.of(right)).as(seed.toString()).isEqualTo(CatalogSnapshot.of(left));
        }
        assertThat(server.text(gateway.database(), "SELECT count(*) FROM pg_index WHERE NOT indisvalid"))
                .as(seed.toString())
                .isEqualTo("0");
        assertThat(server.text(gateway.database(), "SELECT count(*) FROM pg_constraint WHERE NOT convalidated"))
                .as(seed.toString())
                .isEqualTo("0");
    }

    /** What a failure has to say besides. */
    private String state() {
        try {
            return seed + ", "
                    + server.text(
                            gateway.database(),
                            "SELECT coalesce(string_agg(m::text, ' '), '')"
                                    + " FROM (SELECT id, state, phase, step_index, reason, error FROM sluice.migrations) m");
        } catch (SQLException e) {
            return seed + ", " + e.getMessage();
        }
    }

    /** Writes rows that keep every promise, through the gateway. */
    private final class Application extends Background {
        private final Random random = seed.random();
        private int id = 100_000;

        Application() {
            start(gateway::connect);
        }

        @Override
        protected void once(Statement statement) throws SQLException {
            int some = random.nextInt(1, 20_000);
            id++;
            statement.execute("INSERT INTO orders VALUES (" + id + ", " + id + ", 1, 'new', 1)");
            statement.execute("UPDATE orders SET note = 'u' WHERE id = " + some);
            statement.execute("DELETE FROM orders WHERE id = " + (id - 5));
            statement.execute("INSERT INTO events VALUES (" + id + ", 15)");
        }
    }

    /** Cuts the connections that carry migrations out, while they do. */
    private final class Cutter extends Background {
        private final Random random = seed.random();
        private int cuts;
        private int looks = looks();

        Cutter() {
            start(gateway::direct);
        }

        @Override
        protected void once(Statement statement) throws SQLException {
            if (cuts >= CUTS) {
                return;
            }
            try (ResultSet cut =
                    statement.executeQuery((looks > 0 ? "SELECT count(*)" : "SELECT count(pg_terminate_backend(pid))")
                            + " FROM pg_stat_activity WHERE datname = current_database()"
                            + " AND application_name LIKE 'sluice%' AND state = 'active' AND query ~* 'CONCURRENTLY|VALIDATE'"
                            + " AND pid <> pg_backend_pid()")) {
                cut.next();
                if (cut.getInt(1) > 0 && looks-- == 0) {
                    cuts++;
                    looks = looks();
                }
            }
        }

        /** At once as often as later. */
        private int looks() {
            return random.nextBoolean() ? 0 : random.nextInt(MOST_LOOKS);
        }
    }
}
