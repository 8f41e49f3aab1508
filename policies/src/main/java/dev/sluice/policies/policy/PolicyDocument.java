package dev.sluice.policies.policy;

import dev.sluice.policies.sql.WriteShape;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A policy as it is written, already taken apart, not yet checked.
 *
 * @param judge {@code default: judge}; false is {@code default: allow}
 * @param approval whether clients wait for approvals
 * @param rules what holds everywhere
 * @param scopes what holds in places, in the order written
 * @param backfills which statements of the applications are a backfill, in the order written; empty: nothing is said of it
 */
public record PolicyDocument(
        boolean judge,
        Optional<ApprovalMode> approval,
        List<RuleSetting> rules,
        List<Scope> scopes,
        Optional<List<Backfill>> backfills) {

    /** Changes nothing. */
    public static final PolicyDocument EMPTY = new PolicyDocument(true, List.of(), List.of());

    /**
     * @param ruleId the canonical id of a rule
     * @param approval whether a client waits for an approval that this asks for, where it is said
     * @param place where it stands, for messages: {@code policies.rules.drop-column (sluice.yaml:14)}
     */
    public record RuleSetting(String ruleId, Action action, Optional<ApprovalMode> approval, String place) {
        /** One that says nothing of approvals. */
        public RuleSetting(String ruleId, Action action, String place) {
            this(ruleId, action, Optional.empty(), place);
        }
    }

    /** @param place where the scope stands, for messages */
    public record Scope(When when, Optional<ApprovalMode> approval, List<RuleSetting> rules, String place) {
        /** One that says nothing of approvals. */
        public Scope(When when, List<RuleSetting> rules, String place) {
            this(when, Optional.empty(), rules, place);
        }

        public Scope {
            rules = List.copyOf(rules);
        }
    }

    /**
     * What the applications write themselves and is paced. All that is given must hold; of several values of one kind,
     * one is enough.
     *
     * @param name what it is called where people look
     * @param when who, where and when; without sizes, which nobody looks up for a data statement
     * @param shapes what the statement looks like; none: any that writes
     * @param tags what its comments say, by key; values are globs
     * @param texts globs over the whole text, in any case, blanks as single ones, comments left out
     * @param paced false: it is left alone, whatever entries further down say
     * @param maxRowsPerSecond for each session, 0: what the server bears
     * @param maxBytesPerSecond likewise, for COPY and LOAD DATA
     * @param maxDelay after which a statement goes on whatever the pressure is
     * @param place where it stands, for messages
     */
    public record Backfill(
            String name,
            When when,
            Set<WriteShape> shapes,
            Map<String, String> tags,
            List<String> texts,
            boolean paced,
            long maxRowsPerSecond,
            long maxBytesPerSecond,
            Duration maxDelay,
            String place) {
        public Backfill {
            shapes = Set.copyOf(shapes);
            tags = Map.copyOf(tags);
            texts = List.copyOf(texts);
        }
    }

    /** A document that says nothing of backfills. */
    public PolicyDocument(boolean judge, List<RuleSetting> rules, List<Scope> scopes) {
        this(judge, Optional.empty(), rules, scopes, Optional.empty());
    }

    public PolicyDocument {
        backfills = backfills.map(List::copyOf);
        rules = List.copyOf(rules);
        scopes = List.copyOf(scopes);
    }
}
