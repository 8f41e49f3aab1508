package dev.sluice.proxy.config;

import dev.sluice.policies.policy.Amount;
import dev.sluice.policies.policy.PolicyException;
import dev.sluice.policies.policy.When;
import java.util.Optional;

/** Reads where a part of a policy applies: {@code {environment: staging, table: "public.tmp_*", rows: "> 1M"}}. */
final class Conditions {

    private Conditions() {}

    /** Of a scope of rules. */
    static When ofScope(Section s) {
        return read(s, amount(s, "rows"), amount(s, "bytes"));
    }

    /** Of a backfill: as in a scope, without the sizes, since nobody looks a table up for a data statement. */
    static When ofBackfill(Section s) {
        return read(s, Optional.empty(), Optional.empty());
    }

    private static When read(Section s, Optional<Amount> rows, Optional<Amount> bytes) {
        When when = new When(
                s.texts("environment"),
                s.texts("database"),
                s.texts("table"),
                s.texts("role"),
                s.texts("application"),
                s.texts("client"),
                rows,
                bytes,
                Windows.read(s, "during"),
                Windows.read(s, "outside"),
                s.text("condition"));
        s.end();
        return when;
    }

    private static Optional<Amount> amount(Section s, String key) {
        return s.parsed(
                key,
                text -> {
                    try {
                        return Optional.of(Amount.parse(text));
                    } catch (PolicyException e) {
                        return Optional.empty();
                    }
                },
                "a comparison such as \"> 1M\" or \"<= 10 GB\"");
    }
}
