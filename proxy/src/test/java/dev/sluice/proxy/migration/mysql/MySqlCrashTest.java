package dev.sluice.proxy.migration.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.ChildJvm;
import dev.sluice.proxy.testing.FreePort;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.Seed;
import dev.sluice.proxy.testing.Writer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Gateways that die at any instant while they add a column to a table that an application writes to: in the end the
 * change is complete, or the table is as it was; each row was filled once, and no write of the application's is missing.
 */
abstract class MySqlCrashTest {

    private static final int ROWS = 4_000;
    private static final int MOST_CRASHES = 60;
    /** A gateway dies at the latest at this write to the ledger. */
    private static final int LAST_WRITE = 4;
    /** A change takes so many at least: those of its expansion, one for each batch, and its end. */
    private static final int WRITES = 3 + ROWS / CrashingMySqlGateway.MOST_ROWS + 1;

    /** So many batches with several ranges at once, or up to twice as many, are done before it dies. */
    private static final int FEW_BATCHES = 40;

    private static final String CHANGE = "ALTER TABLE orders ADD COLUMN ref CHAR(36) NOT NULL DEFAULT (UUID()),"
            + " ADD UNIQUE KEY ref_key (ref) /* sluice: completion=return */";

    private final TestDatabase server;
    private final Map<Long, String> filled = new HashMap<>();
    /** The migration that the last look was at. */
    private long seen;

    private String database;
    private final List<Process> started = new ArrayList<>();
    private int port;

    MySqlCrashTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void table() throws SQLException {
        database = server.newDatabase();
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, v INT NOT NULL)");
            statement.execute("INSERT INTO orders VALUES "
                    + IntStream.rangeClosed(1, ROWS)
                            .mapToObj(id -> "(" + id + ", 0)")
                            .collect(Collectors.joining(", ")));
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @CsvSource({"1,at", "2,at", "2,behind", "3,at"})
    void killedInTheExpansionItEndsCompleteOrAsItWas(int write, String moment) throws Exception {
        try (Writer writer = new Writer(() -> server.connect(database), ROWS)) {
            start(write, moment);
            Optional<String> said = send();
            assertThat(gateway().waitFor(Patience.LONG.toSeconds(), TimeUnit.SECONDS))
                    .as(said.orElse("it answered"))
                    .isTrue();
            look();
            start(0, "at");
            Awaitility.await().until(() -> state("unfinished").isEmpty());
            checkEnd(writer);
        }
    }

    @Test
    void killedAtOneWriteAfterTheOtherItEndsRight() throws Exception {
        Seed seed = Seed.fresh();
        Random random = seed.random();
        int crashes = 0;
        try (Writer writer = new Writer(() -> server.connect(database), ROWS)) {
            while (!state("complete").isPresent()) {
                start(1 + random.nextInt(LAST_WRITE), random.nextBoolean() ? "at" : "behind");
                while (gateway().isAlive() && !state("complete").isPresent()) {
                    if (state("unfinished").isEmpty()) {
                        send();
                    }
                    gateway().waitFor(50, TimeUnit.MILLISECONDS);
                }
                look();
                assertThat(++crashes).as(seed.toString()).isLessThan(MOST_CRASHES);
            }
            checkEnd(writer);
        }
        assertThat(crashes).as(seed.toString()).isGreaterThanOrEqualTo(WRITES / LAST_WRITE);
    }

    @Test
    void killedWhileItFillsSeveralRangesItGoesOnInEach() throws Exception {
        Seed seed = Seed.fresh();
        Random random = seed.random();
        long most = 0;
        int crashes = 0;
        while (!state("complete").isPresent()) {
            start(FEW_BATCHES + random.nextInt(FEW_BATCHES), random.nextBoolean() ? "at" : "behind", true);
            while (gateway().isAlive() && !state("complete").isPresent()) {
                if (state("unfinished").isEmpty()) {
                    send();
                }
                gateway().waitFor(50, TimeUnit.MILLISECONDS);
            }
            look();
            most = Math.max(most, ranges());
            assertThat(++crashes).as(seed.toString()).isLessThan(MOST_CRASHES);
        }
        checkEnd(0, 0);
        assertThat(most).as(seed.toString()).isGreaterThan(1);
    }

    private long ranges() throws SQLException {
        return server.number(
                database,
                "SELECT COUNT(*) FROM sluice.backfill_ranges r JOIN sluice.migrations m ON m.id = r.migration"
                        + " WHERE m.target_schema = DATABASE()");
    }

    @Test
    void killedAtRandomInstantsOfTheBackfillItEndsRight() throws Exception {
        Seed seed = Seed.fresh();
        Random random = seed.random();
        try (Writer writer = new Writer(() -> server.connect(database), ROWS)) {
            start(0, "at");
            send();
            server.execute(
                    database,
                    "UPDATE sluice.migrations SET max_rows_per_second = 2000 WHERE target_schema = '" + database + "'");
            for (int i = 0; i < 4; i++) {
                gateway().waitFor(100 + random.nextInt(700), TimeUnit.MILLISECONDS);
                gateway().destroyForcibly().waitFor();
                look();
                start(0, "at");
            }
            server.execute(
                    database,
                    "UPDATE sluice.migrations SET max_rows_per_second = 0 WHERE target_schema = '" + database + "'");
            Awaitility.await(seed.toString()).until(() -> state("complete").isPresent());
            checkEnd(writer);
        }
    }

    /** Returns once it lets clients in. */
    private void start(int write, String moment) throws Exception {
        start(write, moment, false);
    }

    private void start(int write, String moment, boolean several) throws Exception {
        port = FreePort.next();
        started.add(ChildJvm.start(
                CrashingMySqlGateway.class,
                server.address().getPort(),
                server.mariaDb(),
                port,
                write,
                moment,
                several));
        Awaitility.await().until(() -> !gateway().isAlive() || lets());
    }

    /** The one that was started last. */
    private Process gateway() {
        return started.getLast();
    }

    private boolean lets() {
        try (Connection connection = client()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private Connection client() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:" + port + "/" + database + "?allowPublicKeyRetrieval=true", "lab", "lab");
    }

    /** A gateway that dies meanwhile breaks the connection; one that has an earlier try to take back first refuses. */
    private Optional<String> send() {
        try (Connection connection = client();
                Statement statement = connection.createStatement()) {
            statement.execute(CHANGE);
            return Optional.empty();
        } catch (SQLException e) {
            assertThat(e.getSQLState() + " " + e.getMessage()).doesNotContain("42000");
            return Optional.of(e.getErrorCode() + " " + e.getMessage());
        }
    }

    /** What has been filled stays as it is, unless a try was taken back, and perhaps made anew, since the last look. */
    private void look() throws SQLException {
        long newest = ledger()
                ? server.number(
                        database, "SELECT COALESCE(MAX(id), 0) FROM sluice.migrations WHERE target_schema = DATABASE()")
                : 0;
        boolean column = server.number(
                        database,
                        "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
                                + " AND COLUMN_NAME = 'ref'")
                == 1;
        if (newest != seen || !column) {
            filled.clear();
        }
        seen = newest;
        if (!column) {
            return;
        }
        Map<Long, String> now = new HashMap<>();
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT id, ref FROM orders WHERE ref LIKE '%-%-%-%-%'")) {
            while (row.next()) {
                now.put(row.getLong(1), row.getString(2));
            }
        }
        assertThat(now).containsAllEntriesOf(filled);
        filled.putAll(now);
    }

    private void checkEnd(Writer writer) throws Exception {
        long inserted = writer.stop();
        checkEnd(inserted, writer.updated());
    }

    private void checkEnd(long inserted, long updated) throws Exception {
        look();
        assertThat(server.number(database, "SELECT COUNT(*) FROM orders")).isEqualTo(ROWS + inserted);
        assertThat(server.number(database, "SELECT SUM(v) FROM orders")).isEqualTo(updated);
        boolean complete = state("complete").isPresent();
        assertThat(server.number(
                        database,
                        "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
                                + " AND TABLE_NAME = 'orders' AND COLUMN_NAME = 'ref' AND IS_NULLABLE = 'NO'"))
                .isEqualTo(complete ? 1 : 0);
        assertThat(server.number(
                        database,
                        "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()"
                                + " AND INDEX_NAME = 'ref_key' AND NON_UNIQUE = 0"))
                .isEqualTo(complete ? 1 : 0);
        if (complete) {
            assertThat(server.number(database, "SELECT COUNT(DISTINCT ref) FROM orders WHERE ref LIKE '%-%-%-%-%'"))
                    .isEqualTo(ROWS + inserted);
        }
    }

    /** The state of a migration of the table, if one is in a given one; or {@code unfinished}. */
    private Optional<String> state(String wanted) throws SQLException {
        String ended = "('complete', 'failed', 'cancelled')";
        String where = switch (wanted) {
            case "unfinished" -> "state NOT IN " + ended + " AND (state <> 'proposed' OR expanding = 1)";
            default -> "state = '" + wanted + "'";
        };
        if (!ledger()) {
            return Optional.empty();
        }
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT state FROM sluice.migrations WHERE target_schema = '"
                        + database + "' AND " + where + " ORDER BY id DESC LIMIT 1")) {
            return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
        }
    }

    private boolean ledger() throws SQLException {
        return server.number(
                        database,
                        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'sluice'"
                                + " AND TABLE_NAME = 'migrations'")
                == 1;
    }
}
