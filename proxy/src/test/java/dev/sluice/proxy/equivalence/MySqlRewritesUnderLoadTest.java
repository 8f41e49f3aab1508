package dev.sluice.proxy.equivalence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.Background;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.Seed;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Law 1 for the splits of combined ALTERs and for online index builds, while an application writes and the connections
 * that carry them out are killed in the middle: the table ends as the direct statement leaves it, and no write fails.
 */
@Tag("integration")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MySqlRewritesUnderLoadTest {

    /** How often a connection that works is killed. */
    private static final int CUTS = 2;

    /** How often it is seen at work before, at most. */
    private static final int MOST_LOOKS = 10;

    private static final int ROWS = 8_000;
    private static final int NO_SUCH_THREAD = 1094;
    private static final int NO_SUCH_TABLE = 1146;

    private final TestDatabase server;
    private final MySqlGatewayFixture gateway;
    private final Seed seed = Seed.fresh();

    MySqlRewritesUnderLoadTest(TestDatabase server) {
        this.server = server;
        this.gateway = new MySqlGatewayFixture(server);
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE orders ADD COLUMN ext INT NULL, ADD INDEX ext_idx (ext, code)",
                "ALTER TABLE orders ADD COLUMN ext INT NULL AFTER code, ADD UNIQUE INDEX uq_ext (ext)",
                "ALTER TABLE orders ADD COLUMN qty INT NOT NULL DEFAULT 3, ADD INDEX by_note (note)",
                "ALTER TABLE orders ADD UNIQUE KEY uq_code (code), ADD INDEX by_note (note(10)), ALGORITHM=COPY",
                "ALTER TABLE orders ADD CONSTRAINT uq_code UNIQUE (code), LOCK=SHARED",
                "CREATE UNIQUE INDEX uq_code ON orders (code)",
                "CREATE INDEX by_note ON orders (note(20), code DESC) ALGORITHM=COPY LOCK=EXCLUSIVE",
                "ALTER TABLE orders DROP INDEX orders_note, LOCK=SHARED",
                "ALTER TABLE orders DROP INDEX orders_note, ADD INDEX orders_note2 (note), ALGORITHM=COPY",
            })
    void itEndsAsTheDirectStatementDoes(String sql) throws Exception {
        String direct = fixture();
        String through = fixture();
        server.execute(direct, sql);

        try (Connection client = gateway.connect(through);
                Application application = new Application(through);
                Cutter cutter = new Cutter(through);
                Statement statement = client.createStatement()) {
            statement.setQueryTimeout(Patience.SECONDS);
            assertThatCode(() -> statement.execute(sql))
                    .as(() -> state(through))
                    .doesNotThrowAnyException();
            assertThat(application.failure()).as(seed.toString()).isEmpty();
            assertThat(cutter.failure()).as(seed.toString()).isEmpty();
        }

        assertThat(definition(through)).as(() -> state(through)).isEqualTo(definition(direct));
        server.execute("mysql", "DROP DATABASE " + direct, "DROP DATABASE " + through);
    }

    private String fixture() throws SQLException {
        String database = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE orders (id INT PRIMARY KEY, code INT NOT NULL, note VARCHAR(60))",
                "CREATE INDEX orders_note ON orders (note)",
                "INSERT INTO orders VALUES "
                        + IntStream.range(0, ROWS)
                                .mapToObj(i -> "(" + i + ", " + i + ", 'n" + i + "')")
                                .collect(Collectors.joining(", ")));
        return database;
    }

    private String definition(String database) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW CREATE TABLE orders")) {
            row.next();
            return row.getString(2);
        }
    }

    /** What a failure has to say besides. */
    private String state(String database) {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT GROUP_CONCAT(CONCAT_WS(' ', id, state, phase, step_index,"
                                + " step_cursor, reason, error)) FROM sluice.migrations WHERE target_schema = '"
                                + database
                                + "'")) {
            row.next();
            return seed + ", " + row.getString(1);
        } catch (SQLException e) {
            return seed + ", " + e.getMessage();
        }
    }

    /** Writes rows that keep every promise, through the gateway. */
    private final class Application extends Background {
        private final Random random = seed.random();
        private int id = 100_000;

        Application(String database) {
            start(() -> gateway.connect(database));
        }

        @Override
        protected void once(Statement statement) throws SQLException {
            id++;
            statement.execute("INSERT INTO orders (id, code, note) VALUES (" + id + ", " + id + ", 'new')");
            statement.execute("UPDATE orders SET note = 'u' WHERE id = " + random.nextInt(1, ROWS));
            statement.execute("DELETE FROM orders WHERE id = " + (id - 5));
        }
    }

    /** Kills the connection that carries the migration out, while it does; it is known by the lock that it holds. */
    private final class Cutter extends Background {
        private final Random random = seed.random();
        private final String find;
        private int cuts;
        private int looks = looks();

        Cutter(String database) {
            find = "SELECT p.ID FROM sluice.migrations m JOIN information_schema.PROCESSLIST p"
                    + " ON p.ID = IS_USED_LOCK(CONCAT('sluice.run.', m.id)) WHERE m.target_schema = '" + database
                    + "' AND (p.INFO LIKE 'ALTER%' OR p.INFO LIKE 'CREATE%' OR p.INFO LIKE 'DROP%')";
            start(() -> server.connect("mysql"));
        }

        @Override
        protected void once(Statement statement) throws SQLException {
            if (cuts >= CUTS) {
                return;
            }
            long found = atWork(statement);
            if (found > 0 && looks-- == 0) {
                cuts++;
                looks = looks();
                kill(statement, found);
            }
        }

        /** The ledger is made only for the first migration. */
        private long atWork(Statement statement) throws SQLException {
            try (ResultSet row = statement.executeQuery(find)) {
                return row.next() ? row.getLong(1) : 0;
            } catch (SQLException e) {
                if (e.getErrorCode() != NO_SUCH_TABLE) {
                    throw e;
                }
                return 0;
            }
        }

        /** At once as often as later. */
        private int looks() {
            return random.nextBoolean() ? 0 : random.nextInt(MOST_LOOKS);
        }

        private static void kill(Statement statement, long connection) throws SQLException {
            try {
                statement.execute("KILL " + connection);
            } catch (SQLException e) {
                if (e.getErrorCode() != NO_SUCH_THREAD) {
                    throw e;
                }
            }
        }
    }
}
