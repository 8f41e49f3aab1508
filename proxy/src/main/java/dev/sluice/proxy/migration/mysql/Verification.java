package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.ledger.Position;
import dev.sluice.proxy.ledger.Progress;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Looks whether what a migration promises is kept, reading the table as it is at one moment. Rows that a backfill has missed, since their
 * key was changed meanwhile, are its work again: so it need not read the whole table for them when it has walked it.
 */
final class Verification {

    /** Nobody changes keys so that rows slip through this often. */
    private static final int MOST_TIMES = 10;

    private final WorkConnection work;
    private final RangedLook ranges;
    private int times;

    Verification(WorkConnection work, RangedLook ranges) {
        this.work = work;
        this.ranges = ranges;
    }

    /** Whether the look at what a backfill has left, which is the present step, comes right behind it. */
    static boolean follows(Step.Backfill backfill, Run run) {
        return run.step(run.next())
                .filter(step -> step instanceof Step.Verify verify && verify.isOf(backfill))
                .isPresent();
    }

    Outcome run(Step.Verify step, Run run) throws SQLException {
        Optional<Position> backfill = backfill(step, run);
        if (holds(step, backfill, run)) {
            run.advance(run.next(), run.progress().because(""));
            return new Outcome.Done();
        }
        if (backfill.isEmpty() || times++ >= MOST_TIMES) {
            return new Outcome.Failed("HY000", "not kept: " + step.promise());
        }
        Progress progress = run.progress();
        BackfillCursor missed = BackfillCursor.ofMissed(progress.rowsDone(), progress.rowsTotal());
        run.advance(backfill.get().at(missed.write()), progress);
        return new Outcome.Advanced();
    }

    private boolean holds(Step.Verify step, Optional<Position> backfill, Run run) throws SQLException {
        Optional<Step> filled = backfill.flatMap(run::step);
        if (filled.isPresent() && filled.get() instanceof Step.Backfill rows) {
            Optional<Boolean> nothingLeft = ranges.nothingLeft(rows, run);
            if (nothingLeft.isPresent()) {
                return nothingLeft.get();
            }
        }
        return DdlSteps.holds(work.plain(run), step.sql());
    }

    /** The last step before this one that fills what it asks for. */
    private static Optional<Position> backfill(Step.Verify verify, Run run) {
        Optional<Position> found = Optional.empty();
        for (Position at = run.first(); !at.equals(run.position().at("")); at = run.behind(at)) {
            if (run.step(at).orElseThrow() instanceof Step.Backfill backfill && verify.isOf(backfill)) {
                found = Optional.of(at);
            }
        }
        return found;
    }
}
