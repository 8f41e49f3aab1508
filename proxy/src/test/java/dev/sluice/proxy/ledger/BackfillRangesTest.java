package dev.sluice.proxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.plan.Plan;
import dev.sluice.proxy.mysql.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Batches in different ranges do not wait for each other, and none commits under a lease that is another gateway's. */
@Tag("integration")
class BackfillRangesTest {

    private static final Duration OVER_AT_ONCE = Duration.ZERO;
    private static final Duration LONG = Duration.ofHours(1);

    private final TestDatabase server = TestDatabase.mysql().orElseGet(TestDatabase::embeddedMariaDb);
    private final Ledger ledger = new MySqlLedger();
    private String database;
    private Connection one;
    private Connection two;
    private long id;
    private BackfillRanges ranges;

    @BeforeEach
    void aMigrationWithTwoRanges() throws SQLException {
        database = server.newDatabase();
        server.execute(
                database, "CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL)", "INSERT INTO t VALUES (1, 0), (9, 0)");
        one = server.connect(database);
        two = server.connect(database);
        ledger.install(one);
        Plan plan = new Plan(Optional.empty(), List.of(), List.of(), List.of());
        id = ledger.propose(one, new Draft(database, "t", "ALTER TABLE t …", plan, "ann", "", ""));
        ledger.expanded(one, id);
        ranges = new BackfillRanges(id, Position.START);
        ranges.add(one, new BackfillRange(0, "near", 0));
        ranges.add(one, new BackfillRange(1, "far", 0));
    }

    @AfterEach
    void end() throws SQLException {
        one.close();
        two.close();
        server.execute(
                database,
                "DELETE FROM sluice.backfill_ranges WHERE migration = " + id,
                "DELETE FROM sluice.migrations WHERE id = " + id);
    }

    private Lease claimed(Connection connection, String owner, Duration duration) throws SQLException {
        return ledger.claim(connection, owner, duration, OptionalLong.of(id))
                .orElseThrow()
                .lease();
    }

    /** What a lane does, up to its commit. */
    private void batch(Connection lane, int row, int range) throws SQLException {
        lane.setAutoCommit(false);
        dev.sluice.proxy.testing.Sql.execute(lane, "UPDATE t SET v = v + 1 WHERE id = " + row);
        ranges.advance(lane, new BackfillRange(range, "further", 1));
    }

    @Test
    void aBatchUnderALeaseThatWasTakenOverIsRefusedInTheMiddleAndLeavesNothing() throws SQLException {
        Lease zombie = claimed(one, "zombie", OVER_AT_ONCE);
        batch(one, 9, 1);
        claimed(two, "successor", LONG);

        assertThatThrownBy(() -> ledger.mustHold(one, zombie)).isInstanceOf(LeaseLostException.class);
        one.rollback();

        assertThat(ranges.read(two)).containsExactly(new BackfillRange(0, "near", 0), new BackfillRange(1, "far", 0));
        assertThat(server.number(database, "SELECT SUM(v) FROM t")).isZero();
    }

    @Test
    void whoTakesOverWaitsForABatchThatCommitsAndFindsIt() throws Exception {
        Lease first = claimed(one, "first", OVER_AT_ONCE);
        batch(one, 9, 1);
        ledger.mustHold(one, first);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Lease> successor = threads.submit(() -> claimed(two, "successor", LONG));
            one.commit();
            assertThat(successor.get().epoch()).isEqualTo(first.epoch() + 1);
        }

        assertThat(ranges.read(two)).contains(new BackfillRange(1, "further", 1));
        assertThat(server.number(database, "SELECT SUM(v) FROM t")).isEqualTo(1);
    }

    @Test
    void batchesInTwoRangesAreUnderWayAtOnceAndCommitInAnyOrder() throws SQLException {
        Lease lease = claimed(one, "both", LONG);
        batch(one, 1, 0);
        batch(two, 9, 1);
        ledger.mustHold(one, lease);
        ledger.mustHold(two, lease);
        two.commit();
        one.commit();

        assertThat(ranges.read(one))
                .containsExactly(new BackfillRange(0, "further", 1), new BackfillRange(1, "further", 1));
    }

    @Test
    void rangesOfAnotherStepAreItsOwn() throws SQLException {
        BackfillRanges later = new BackfillRanges(id, new Position(2, 0, ""));
        assertThat(later.read(one)).isEmpty();

        ranges.clear(one);
        assertThat(ranges.read(one)).isEmpty();
    }
}
