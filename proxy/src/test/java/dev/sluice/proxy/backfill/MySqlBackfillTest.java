package dev.sluice.proxy.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.Sql;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches beside transactions of others on the same rows. */
abstract class MySqlBackfillTest {

    private static final int ROWS = 100;
    private static final int PATIENCE_SECONDS = 60;

    private final TestDatabase server;
    private String database;
    private MySqlBackfill fill;

    MySqlBackfillTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void table() throws SQLException {
        database = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE t (id INT PRIMARY KEY, a INT NOT NULL DEFAULT 0, ref CHAR(36) NOT NULL DEFAULT '')",
                "INSERT INTO t (id) VALUES "
                        + IntStream.rangeClosed(1, ROWS)
                                .mapToObj(i -> "(" + i + ")")
                                .collect(Collectors.joining(",")));
        fill = new MySqlBackfill(new Step.Backfill(
                QualifiedName.of(database, "t"),
                List.of(new Step.Assignment("ref", "'x'")),
                "ref = ''",
                List.of("id"),
                List.of(),
                false));
    }

    private Connection transaction() throws SQLException {
        Connection connection = server.connect(database);
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        return connection;
    }

    private MySqlBackfill.Batch batch(Connection connection, BackfillCursor cursor) throws SQLException {
        return fill.next(connection, cursor, false, Set::of);
    }

    /** One that waited would be in a circle, and the server would end the other with error 1213. */
    @Test
    void besideOthersABatchWaitsForNobodyWhoMayWaitForIt() throws Exception {
        try (Connection ours = transaction();
                Connection theirs = transaction()) {
            BackfillCursor walk = batch(ours, BackfillCursor.read("")).cursor().sized(ROWS);
            ours.commit();
            Sql.execute(theirs, "UPDATE t SET a = 1 WHERE id = 90");

            MySqlBackfill.Batch batch = batch(ours, walk);
            CompletableFuture<Void> second = CompletableFuture.runAsync(
                    () -> {
                        try {
                            Sql.execute(theirs, "UPDATE t SET a = 1 WHERE id = 10");
                            theirs.commit();
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    Thread::startVirtualThread);
            ours.commit();
            second.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

            assertThat(batch.rows()).isEqualTo(ROWS - 1);
            assertThat(batch.cursor().stage()).isEqualTo(BackfillCursor.Stage.REVISIT);
            assertThat(batch(ours, batch.cursor()).rows())
                    .as("the one that was locked")
                    .isEqualTo(1);
            ours.commit();
        }
    }

    @Test
    void besideOthersABatchHasNoMoreThanTwiceTheRowsThatItWasAskedFor() throws Exception {
        try (Connection ours = transaction()) {
            BackfillCursor cursor = batch(ours, BackfillCursor.read("")).cursor();
            while (!cursor.walked()) {
                MySqlBackfill.Batch batch = batch(ours, cursor.sized(7));
                assertThat(batch.rows()).isLessThanOrEqualTo(14);
                cursor = batch.cursor();
            }
            ours.commit();
        }
        assertThat(server.number(database, "SELECT COUNT(*) FROM t WHERE ref = ''"))
                .isZero();
    }

    /** Whatever the role may read besides: without an answer each batch would look for locked rows. */
    @Test
    void aRoleThatSeesTransactionsIsToldThatNobodyElseWrites() throws Exception {
        String role = "r" + database;
        server.execute(
                database,
                "CREATE USER " + role + " IDENTIFIED BY 'secret'",
                "GRANT ALL ON " + database + ".* TO " + role,
                "GRANT PROCESS ON *.* TO " + role);
        Properties options = new Properties();
        options.setProperty("user", role);
        options.setProperty("password", "secret");
        options.setProperty("connectionAttributes", ControlDatabase.PROGRAM + ":" + ControlDatabase.POOLED);
        options.setProperty("allowPublicKeyRetrieval", "true");
        try (Connection ours = DriverManager.getConnection(server.url(database), options)) {
            ours.setAutoCommit(false);
            BackfillCursor walk = batch(ours, BackfillCursor.read("")).cursor().sized(ROWS);

            Awaitility.await().until(() -> {
                MySqlBackfill.Batch batch = fill.next(ours, walk, true, Set::of);
                ours.rollback();
                return batch.unlooked();
            });
        } finally {
            server.execute(database, "DROP USER " + role);
        }
    }
}
