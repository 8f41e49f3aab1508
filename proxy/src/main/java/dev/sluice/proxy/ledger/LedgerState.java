package dev.sluice.proxy.ledger;

import java.util.Locale;

/** Where a migration stands. */
public enum LedgerState {
    /** Written down; the expansion has not committed. Nobody is shown it. */
    PROPOSED,
    AWAITING_APPROVAL,
    READY,
    RUNNING,
    THROTTLED,
    PAUSED,
    COMPLETE,
    FAILED,
    CANCELLED;

    /** The word in the ledger: {@code running}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static LedgerState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
