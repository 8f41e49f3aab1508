package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.ledger.BackfillRanges;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.StepRunner;
import dev.sluice.proxy.session.Gate;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.SQLException;
import java.util.List;

/** Does the steps of one migration on MySQL or MariaDB; each kind of step has a class of its own. */
final class MySqlStepRunner implements StepRunner {

    private final WorkConnection work;
    private final DdlSteps ddl;
    private final BackfillStep backfill;
    private final BatchesStep batches;
    private final Verification verification;

    MySqlStepRunner(ControlDatabase database, Gate gate, RunnerSettings settings, Pacer pacer) {
        this.work = new WorkConnection(database);
        this.ddl = new DdlSteps(work, database, gate, settings);
        this.backfill = new BackfillStep(work, database, settings, pacer);
        this.batches = new BatchesStep(work, settings, pacer);
        ShortLocks locks = new ShortLocks(database, gate, DdlSteps.times(settings));
        this.verification = new Verification(work, new RangedLook(work, database, locks, pacer));
    }

    @Override
    public Outcome run(Step step, Run run) throws SQLException {
        return switch (step) {
            case Step.Statements statements -> ddl.statements(statements, run);
            case Step.Online online -> ddl.online(online, run);
            case Step.Backfill b -> backfill.run(b, run);
            case Step.Batches b -> batches.run(b, run);
            case Step.Verify verify -> verification.run(verify, run);
        };
    }

    @Override
    public Outcome undo(List<String> sql, Run run) throws SQLException {
        return ddl.undo(sql, run);
    }

    @Override
    public void tidy(Run run) throws SQLException {
        BackfillRanges.forget(work.plain(run), run.entry().id());
    }

    @Override
    public void close() {
        backfill.close();
        work.close();
    }
}
