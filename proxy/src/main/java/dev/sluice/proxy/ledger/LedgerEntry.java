package dev.sluice.proxy.ledger;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.proxy.session.ErrorObject;
import java.time.Instant;
import java.util.Optional;

/**
 * A migration as it stands in the ledger.
 *
 * @param draft what was asked for; its plan has the migration's number in it
 * @param phase the phase that it is in
 * @param sqlState of a failure
 * @param error of a failure
 * @param about what a failure is about, as far as the server has said
 * @param owner the gateway that runs it, or ran it last
 */
public record LedgerEntry(
        long id,
        Draft draft,
        LedgerState state,
        Signals signals,
        Position position,
        PhaseName phase,
        Progress progress,
        Optional<String> sqlState,
        Optional<String> error,
        ErrorObject about,
        String owner,
        long epoch,
        Instant createdAt,
        Instant updatedAt) {

    public LedgerEntry with(Progress made) {
        return new LedgerEntry(
                id, draft, state, signals, position, phase, made, sqlState, error, about, owner, epoch, createdAt,
                updatedAt);
    }

    public Plan plan() {
        return draft.plan();
    }

    public Lease lease() {
        return new Lease(id, owner, epoch);
    }
}
