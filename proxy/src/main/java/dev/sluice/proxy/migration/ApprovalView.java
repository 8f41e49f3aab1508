package dev.sluice.proxy.migration;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.proxy.ledger.ApprovalEntry;
import dev.sluice.proxy.migration.Migration.State;
import dev.sluice.proxy.session.ErrorObject;
import java.util.Optional;

/** A request for approval as it is shown among the migrations. */
final class ApprovalView {

    private ApprovalView() {}

    static Migration of(DatabaseRef database, ApprovalEntry entry) {
        return new Migration(
                database,
                entry.id(),
                entry.draft().target(),
                entry.draft().statement(),
                state(entry),
                PhaseName.EXPAND,
                0,
                0,
                0,
                reason(entry),
                Optional.empty(),
                ErrorObject.NONE,
                entry.draft().requestedBy(),
                "",
                entry.createdAt(),
                entry.updatedAt());
    }

    private static State state(ApprovalEntry entry) {
        return switch (entry.state()) {
            case AWAITING_APPROVAL -> State.AWAITING_APPROVAL;
            case APPROVED -> State.READY;
            case USED -> State.COMPLETE;
            case LAPSED, OUTDATED, CANCELLED -> State.CANCELLED;
        };
    }

    private static String reason(ApprovalEntry entry) {
        String by = entry.decidedBy() + (entry.reason().isEmpty() ? "" : ": " + entry.reason());
        return switch (entry.state()) {
            case AWAITING_APPROVAL -> entry.draft().why();
            case APPROVED -> "approved by " + by + "; the statement may be sent again, once";
            case USED -> "approved by " + by + "; the statement was sent again";
            case LAPSED -> "approved by " + by + ", but not used in time";
            case OUTDATED ->
                (by.isEmpty() ? "" : "approved by " + by + ", but ") + "what it was asked for has changed since";
            case CANCELLED -> "withdrawn";
        };
    }
}
