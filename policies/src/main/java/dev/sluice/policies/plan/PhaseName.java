package dev.sluice.policies.plan;

import java.util.Locale;

/** The phases of a migration, in order. */
public enum PhaseName {
    EXPAND,
    BACKFILL,
    VALIDATE,
    ENFORCE,
    VERIFY,
    CLEANUP;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
