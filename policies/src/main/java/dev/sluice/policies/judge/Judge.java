package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.mysql.MySqlPlanner;
import dev.sluice.policies.plan.postgres.PostgresPlanner;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.rule.Finding;
import dev.sluice.policies.rule.Subject;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides what becomes of a schema change. Pure and thread-safe: the same change, facts, context and policy give the same
 * decision.
 */
public final class Judge {

    /** What must be known of the database to judge the statement. */
    public FactsRequest needs(SchemaChange change) {
        return FactNeeds.of(change);
    }

    /** What becomes of the statement. */
    public Decision judge(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        return decide(change, facts, context, policy, false);
    }

    /** What becomes of the statement once it is approved: what had to wait for that runs, the safe way where there is one. */
    public Decision approved(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        return decide(change, facts, context, policy, true);
    }

    /**
     * What EXPLAIN says of the statement: the same, except that where nothing is missing but a value for existing rows it
     * shows the phases that the statement takes once a directive gives it.
     */
    public Decision explain(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        Decision decision = judge(change, facts, context, policy);
        return MissingValue.isObstacle(decision, context)
                ? MissingValue.explained(decision, judge(change, facts, MissingValue.given(context), policy))
                : decision;
    }

    private Decision decide(
            SchemaChange change, Facts facts, StatementContext context, Policy policy, boolean approved) {
        if (!policy.judges()) {
            return forward(List.of(), "the policy lets every schema change pass");
        }
        Optional<String> passing = Passing.why(change, facts, context);
        if (passing.isPresent()) {
            return forward(List.of(), passing.get());
        }
        Subject subject =
                new Subject(change, facts, context.inTransaction(), context.createdHere(), context.directives());
        Optional<Decision> useless = uselessDirective(subject);
        if (useless.isPresent()) {
            return useless.get();
        }
        PolicyContext where = fill(context.policy(), subject);
        List<Finding> findings = Findings.of(subject, policy, where);
        Action strictest =
                findings.stream().map(Finding::action).max(Action::compareTo).orElse(Action.ALLOW);
        return switch (strictest) {
            case BLOCK -> refuse(findings);
            case APPROVE -> approved ? run(subject, findings, policy, where, true) : park(subject, findings);
            case REWRITE, GUARD, WARN, ALLOW -> run(subject, findings, policy, where, approved);
        };
    }

    private static Decision run(
            Subject subject, List<Finding> findings, Policy policy, PolicyContext where, boolean approved) {
        boolean filled = subject.directives().backfill().isPresent();
        if (filled || findings.stream().anyMatch(f -> f.action() == Action.REWRITE)) {
            Optional<Plan> plan = plan(subject);
            if (plan.isPresent()) {
                return rewritten(subject, findings, plan.get());
            }
            if (filled) {
                return refuseDirective(findings, "it cannot be carried out here: " + obstacle(subject));
            }
            if (!approved) {
                boolean divisible =
                        subject.alter().filter(a -> a.actions().size() > 1).isPresent();
                return park(subject, Findings.withoutSafeWay(findings, obstacle(subject), divisible));
            }
            // Approved as it is written, it still waits for its lock in a way that stops nobody.
        }
        Optional<Lock> lock = Lock.of(subject);
        boolean guarded = policy.setting("missing-lock-timeout", where)
                .map(s -> s.action().compareTo(Action.GUARD) >= 0)
                .orElse(true);
        if (lock.isEmpty() || !guarded) {
            return forward(
                    findings,
                    lock.isEmpty()
                            ? "it takes no lock that stops readers or writers for long"
                            : "the policy lets it wait for its lock");
        }
        return new Decision(
                Verdict.GUARD,
                findings,
                "send it under a short lock timeout and try again until it gets its lock",
                "it takes " + lock.get().name() + ", briefly once it has it",
                Plans.asWritten(subject, lock.get()));
    }

    private static Optional<Plan> plan(Subject subject) {
        return subject.version().dialect() == Dialect.POSTGRES
                ? PostgresPlanner.plan(subject)
                : MySqlPlanner.plan(subject);
    }

    private static String obstacle(Subject subject) {
        String known = subject.version().dialect() == Dialect.POSTGRES
                ? PostgresPlanner.obstacle(subject)
                : MySqlPlanner.obstacle(subject);
        return known.isEmpty() ? "in this combination there is no online way" : known;
    }

    private static Decision rewritten(Subject subject, List<Finding> findings, Plan plan) {
        boolean single = Plans.isOneStatement(plan) && !subject.inTransaction();
        return new Decision(
                single ? Verdict.REWRITE : Verdict.PHASE,
                findings,
                findings.isEmpty() ? "fill the rows in batches" : causes(findings, Finding::safeWay),
                findings.isEmpty() ? "the directive gives a value for them" : causes(findings, Finding::why),
                plan);
    }

    private static Decision park(Subject subject, List<Finding> findings) {
        Lock lock = Lock.of(subject).orElse(Lock.NONE);
        Decision parked = new Decision(
                Verdict.PARK,
                findings,
                "hold it until somebody approves",
                causes(findings, Finding::why),
                Plans.asWritten(subject, lock));
        return parked.approval().isEmpty()
                ? parked
                : parked.with(Parking.words(parked.approval().get()));
    }

    private static Decision refuse(List<Finding> findings) {
        return new Decision(
                Verdict.REJECT,
                findings,
                "refuse it; the safe way: " + causes(findings, Finding::safeWay),
                causes(findings, Finding::why),
                Plans.NOTHING);
    }

    private static Decision forward(List<Finding> findings, String why) {
        return new Decision(Verdict.FORWARD, findings, "send it untouched", why, Plans.NOTHING);
    }

    /** A directive is refused rather than ignored. */
    private static Optional<Decision> uselessDirective(Subject subject) {
        if (subject.directives().backfill().isEmpty() || Plans.takesBackfill(subject)) {
            return Optional.empty();
        }
        return Optional.of(refuseDirective(
                List.of(), "it fits no column here: it needs exactly one new column, or one that is set NOT NULL"));
    }

    private static Decision refuseDirective(List<Finding> findings, String why) {
        return new Decision(
                Verdict.REJECT, findings, "refuse it", "the backfill directive is not ignored: " + why, Plans.NOTHING);
    }

    private static String causes(List<Finding> findings, java.util.function.Function<Finding, String> what) {
        Action strictest =
                findings.stream().map(Finding::action).max(Action::compareTo).orElse(Action.ALLOW);
        return findings.stream()
                .filter(f -> f.action() == strictest)
                .map(what)
                .distinct()
                .collect(Collectors.joining("; "));
    }

    private static PolicyContext fill(PolicyContext given, Subject subject) {
        Optional<RelationFacts> table = Plans.relation(subject);
        return given.caseless(subject.facts().isCaseless())
                .about(table.map(RelationFacts::name)
                        .or(() -> Plans.name(subject.change()))
                        .or(given::relation))
                .sized(
                        table.map(RelationFacts::rows).orElse(given.rows()),
                        table.map(RelationFacts::bytes).orElse(given.bytes()));
    }
}
