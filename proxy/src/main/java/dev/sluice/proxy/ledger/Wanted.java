package dev.sluice.proxy.ledger;

import java.util.Locale;

/** What operators want of a migration; whoever runs it looks at each batch and heartbeat. */
public enum Wanted {
    RUN,
    PAUSE,
    CANCEL;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Wanted of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
