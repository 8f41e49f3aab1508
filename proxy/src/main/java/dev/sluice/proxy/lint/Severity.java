package dev.sluice.proxy.lint;

import dev.sluice.policies.policy.Action;
import java.util.Locale;

/** How bad a finding is. */
public enum Severity {
    /** The gateway makes it safe, or it is only advice. */
    WARNING,
    /** It is refused, or needs approval. */
    ERROR;

    static Severity of(Action action) {
        return switch (action) {
            case ALLOW, WARN, GUARD, REWRITE -> WARNING;
            case APPROVE, BLOCK -> ERROR;
        };
    }

    /** As the contract writes it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
