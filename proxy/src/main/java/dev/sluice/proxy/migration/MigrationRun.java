package dev.sluice.proxy.migration;

import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.ledger.Ending;
import dev.sluice.proxy.ledger.LeaseLostException;
import dev.sluice.proxy.ledger.LedgerEntry;
import dev.sluice.proxy.ledger.LedgerState;
import dev.sluice.proxy.ledger.PhaseSpan;
import dev.sluice.proxy.ledger.Wanted;
import dev.sluice.proxy.session.ErrorObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one claimed migration to its end, or until an operator, the loss of the lease or the gateway's end stops it. What
 * a step cannot do now it tries again later; what cannot succeed ends as failed.
 */
final class MigrationRun {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationRun.class);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration LAST_BACKOFF = Duration.ofSeconds(10);

    private final Engine engine;
    private final ControlDatabase database;
    private final RunnerSettings settings;
    private final RunSignals signals;
    private final MigrationEnd.Listener listener;
    private final Run run;
    private Duration backoff = FIRST_BACKOFF;

    MigrationRun(
            Engine engine,
            ControlDatabase database,
            RunnerSettings settings,
            MigrationEnd.Listener listener,
            LedgerEntry entry) {
        this.listener = listener;
        this.engine = engine;
        this.database = database;
        this.settings = settings;
        this.signals = new RunSignals(entry.signals());
        this.run = new Run(engine.ledger(), database, settings, signals, entry);
    }

    void stop() {
        signals.stop();
    }

    /** Blocks until this gateway has nothing more to do for the migration. */
    void execute() throws InterruptedException {
        Thread heartbeat = Thread.ofVirtual().name("lease " + run.entry().id()).start(this::keepLease);
        try (StepRunner steps = engine.open(database, settings)) {
            while (!signals.lost() && !signals.stopping() && !step(steps)) {
                // Each turn is one unit of work.
            }
        } catch (LeaseLostException e) {
            LOG.warn("{}", e.getMessage());
        } finally {
            signals.stop();
            heartbeat.join();
            release();
        }
    }

    /** @return whether nothing is left to do */
    private boolean step(StepRunner steps) throws InterruptedException {
        try {
            return settle(unit(steps), steps);
        } catch (SQLException e) {
            return recover(e);
        }
    }

    private Outcome unit(StepRunner steps) throws SQLException {
        return switch (signals.begin()) {
            case CANCEL -> steps.undo(run.plan().undo(), run);
            case PAUSE -> new Outcome.Done();
            case RUN -> {
                if (!run.position().equals(run.settled(run.position()))) {
                    run.advance(run.settled(run.position()), run.progress());
                }
                yield run.atEnd()
                        ? new Outcome.Done()
                        : steps.run(run.step(run.position()).orElseThrow(), run);
            }
        };
    }

    private boolean settle(Outcome outcome, StepRunner steps) throws SQLException, InterruptedException {
        switch (outcome) {
            case Outcome.Done done -> {
                backoff = FIRST_BACKOFF;
                return ended(steps);
            }
            case Outcome.Advanced advanced -> backoff = FIRST_BACKOFF;
            case Outcome.Wait wait -> {
                if (!wait.why().isEmpty()) {
                    run.note(wait.throttled(), wait.why());
                }
                signals.pause(wait.delay());
            }
            case Outcome.Failed failed -> {
                finish(Ending.failed(failed.sqlState(), failed.why(), ErrorObject.NONE));
                return true;
            }
        }
        return false;
    }

    private boolean ended(StepRunner steps) throws SQLException {
        return switch (signals.serving()) {
            case CANCEL -> {
                steps.tidy(run);
                finish(Ending.of(LedgerState.CANCELLED, run.entry().error().orElse("")));
                yield true;
            }
            case PAUSE -> {
                finish(Ending.of(LedgerState.PAUSED, "paused by an operator"));
                yield true;
            }
            case RUN -> {
                if (!run.atEnd()) {
                    yield false;
                }
                steps.tidy(run);
                finish(Ending.of(LedgerState.COMPLETE, ""));
                yield true;
            }
        };
    }

    private void finish(Ending ending) throws SQLException {
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try {
                List<PhaseSpan> phases = engine.ledger().phases(connection, run.now());
                engine.ledger().finish(connection, run.entry().lease(), ending);
                if (ending.state() != LedgerState.PAUSED) {
                    DatabaseRef ref = new DatabaseRef(database.upstream().name(), database.name());
                    listener.ended(new MigrationEnd(
                            ref, run.entry(), ending.state(), ending.sqlState(), ending.reason(), phases));
                }
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private boolean recover(SQLException e) throws InterruptedException {
        String state = e.getSQLState() == null ? "XX000" : e.getSQLState();
        try {
            switch (engine.classify(e)) {
                case CANCELLED -> {
                    if (!signals.interrupted()) {
                        waitFor(e);
                    }
                    run.refresh();
                }
                case TRANSIENT, LOCKED -> {
                    LOG.info("migration {} tries again: {} {}", run.entry().id(), state, e.getMessage());
                    waitFor(e);
                    run.refresh();
                }
                case PERMANENT -> {
                    if (signals.wanted() == Wanted.CANCEL) {
                        // The table must not stay half way; somebody may have to help.
                        LOG.warn(
                                "migration {} cannot be undone yet: {}",
                                run.entry().id(),
                                e.getMessage());
                        waitFor(e);
                        return false;
                    }
                    finish(engine.failure(e, state));
                    return true;
                }
            }
        } catch (SQLException again) {
            LOG.info(
                    "migration {}: the database does not answer: {}",
                    run.entry().id(),
                    again.getMessage());
        }
        return false;
    }

    private void waitFor(SQLException e) throws InterruptedException {
        try {
            run.note(false, engine.words(e));
        } catch (SQLException unreachable) {
            LOG.debug("cannot note why migration {} waits", run.entry().id(), unreachable);
        }
        signals.pause(backoff);
        Duration doubled = backoff.multipliedBy(2);
        backoff = doubled.compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : doubled;
    }

    private void keepLease() {
        Duration beat = settings.lease().dividedBy(4);
        Duration interval = beat.compareTo(settings.poll()) < 0 ? beat : settings.poll();
        try {
            while (!signals.awaitEnd(interval)) {
                if (run.hasAdvancedWithin(interval)) {
                    continue;
                }
                try (Connection connection = database.connection()) {
                    signals.set(engine.ledger().renew(connection, run.entry().lease(), settings.lease()));
                } catch (SQLException e) {
                    LOG.debug("lease of migration {} not prolonged", run.entry().id(), e);
                }
            }
        } catch (LeaseLostException e) {
            signals.lose();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void release() {
        try (Connection connection = database.connection()) {
            engine.ledger().release(connection, run.entry().lease());
        } catch (SQLException e) {
            LOG.debug("lease of migration {} expires by itself", run.entry().id(), e);
        }
    }
}
