package dev.sluice.proxy.ledger;

import java.time.Instant;

/**
 * A request for approval as the ledger has it.
 *
 * @param decidedBy who approved it, empty: nobody
 * @param reason what they said to it
 */
public record ApprovalEntry(
        long id,
        State state,
        ApprovalDraft draft,
        String decidedBy,
        String reason,
        Instant createdAt,
        Instant updatedAt) {

    /** What has become of it. */
    public enum State {
        AWAITING_APPROVAL,
        /** The statement may be sent again. */
        APPROVED,
        /** The statement was sent again. */
        USED,
        /** Approved, but not used in time. */
        LAPSED,
        /** What it was judged on has changed since. */
        OUTDATED,
        CANCELLED
    }
}
