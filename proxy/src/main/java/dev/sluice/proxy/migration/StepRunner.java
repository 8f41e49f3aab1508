package dev.sluice.proxy.migration;

import dev.sluice.policies.plan.Step;
import java.sql.SQLException;
import java.util.List;

/**
 * Does an engine's work for one migration, in short units. Never sleeps: it returns {@link Outcome.Wait}. Used by one
 * thread at a time; an SQLException leaves it usable, since it connects again.
 */
public interface StepRunner extends AutoCloseable {

    /** Does a piece of a step, from where {@link Run#position} says. May be called again after a crash. */
    Outcome run(Step step, Run run) throws SQLException;

    /** Does a piece of what leaves the table as it was before the statement. {@link Outcome.Done} when all is done. */
    Outcome undo(List<String> sql, Run run) throws SQLException;

    /** Removes what the gateway made for a migration besides the plan, once that has ended. */
    void tidy(Run run) throws SQLException;

    @Override
    void close();
}
