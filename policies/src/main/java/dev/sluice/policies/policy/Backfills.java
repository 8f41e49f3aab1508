package dev.sluice.policies.policy;

import dev.sluice.policies.sql.WriteShape;
import dev.sluice.policies.sql.WriteText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which statements of the applications are a backfill of their own, and are paced like one. The first rule that holds
 * decides; a statement that says so itself, {@code /* sluice: backfill *}{@code /}, is one where no rule says otherwise.
 * Immutable and thread-safe.
 */
public final class Backfills {

    public static final Duration DEFAULT_MAX_DELAY = Duration.ofMinutes(1);

    /** Statements that carry the mark. */
    private static final BackfillRule MARKED = builtIn("marked", Set.of());

    /** What is paced where a policy says nothing: what is marked, and what writes a table as a whole. */
    public static final Backfills DEFAULTS = new Backfills(List.of(
            builtIn("unbounded", Set.of(WriteShape.UNBOUNDED)),
            builtIn("bulk-load", Set.of(WriteShape.COPY, WriteShape.LOAD_DATA))));

    private final List<BackfillRule> rules;

    private Backfills(List<BackfillRule> rules) {
        this.rules = rules;
    }

    private static BackfillRule builtIn(String name, Set<WriteShape> shapes) {
        When always = When.ofTables(List.of());
        PolicyDocument.Backfill written = new PolicyDocument.Backfill(
                name, always, shapes, Map.of(), List.of(), true, 0, 0, DEFAULT_MAX_DELAY, "built in");
        try {
            return BackfillRule.of(written);
        } catch (PolicyException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws PolicyException for a network or condition that cannot be read; says where */
    static Backfills of(List<PolicyDocument.Backfill> written) throws PolicyException {
        List<BackfillRule> rules = new ArrayList<>();
        for (PolicyDocument.Backfill one : written) {
            try {
                rules.add(BackfillRule.of(one));
            } catch (PolicyException e) {
                throw e.at(one.place());
            }
        }
        return new Backfills(List.copyOf(rules));
    }

    /** The rules that may concern a session, by who it is and by the moment. */
    public List<BackfillRule> of(PolicyContext session) {
        return rules.stream().filter(rule -> rule.concerns(session)).toList();
    }

    /**
     * The rule that makes a statement a backfill.
     *
     * @param candidates what {@link #of(PolicyContext)} gave for its session
     */
    public static Optional<BackfillRule> match(List<BackfillRule> candidates, WriteText statement) {
        for (BackfillRule rule : candidates) {
            if (rule.matches(statement)) {
                return rule.isPaced() ? Optional.of(rule) : Optional.empty();
            }
        }
        return statement.marked() ? Optional.of(MARKED) : Optional.empty();
    }
}
