package dev.sluice.proxy.ledger;

import dev.sluice.policies.plan.Plan;

/**
 * A migration that is to be written down.
 *
 * @param targetSchema schema of the table that is changed, empty when unknown
 * @param targetName the table
 * @param plan with {@code {id}} where the migration's number belongs
 * @param requestedBy the role that the later phases run under
 * @param searchPath its {@code search_path} setting, empty: the default
 * @param session who asked, for the record
 */
public record Draft(
        String targetSchema,
        String targetName,
        String statement,
        Plan plan,
        String requestedBy,
        String searchPath,
        String session) {}
