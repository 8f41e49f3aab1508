package dev.sluice.policies.judge;

import java.util.Locale;

/** What becomes of a statement. */
public enum Verdict {
    /** Sent untouched. */
    FORWARD,
    /** Sent as it is, under a lock timeout with retries. */
    GUARD,
    /** An equivalent single statement in its place. */
    REWRITE,
    /** Expanded now, the rest by the executor. */
    PHASE,
    /** Held until approved. */
    PARK,
    /** Refused. */
    REJECT;

    /** The word that the contract uses: {@code forward}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
