package dev.sluice.policies.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A policy that has been checked and is ready to be asked. Of the places that set a rule and match, the most specific wins;
 * among equally specific ones, the later. Immutable and thread-safe.
 */
public final class CompiledPolicy implements Policy {

    private record Place(
            Condition condition, Optional<ApprovalMode> approval, List<PolicyDocument.RuleSetting> rules) {}

    private final boolean judges;
    private final Optional<ApprovalMode> approval;
    private final List<PolicyDocument.RuleSetting> everywhere;
    private final List<Place> places;
    private final Backfills backfills;

    private CompiledPolicy(
            boolean judges,
            Optional<ApprovalMode> approval,
            List<PolicyDocument.RuleSetting> everywhere,
            List<Place> places,
            Backfills backfills) {
        this.approval = approval;
        this.backfills = backfills;
        this.judges = judges;
        this.everywhere = everywhere;
        this.places = places;
    }

    /**
     * Checks a document.
     *
     * @param ruleIds the ids that there are
     * @throws PolicyException for an unknown rule, a network or condition that cannot be read; says where
     */
    public static CompiledPolicy of(PolicyDocument document, Set<String> ruleIds) throws PolicyException {
        check(document.rules(), ruleIds);
        List<Place> places = new ArrayList<>();
        for (PolicyDocument.Scope scope : document.scopes()) {
            check(scope.rules(), ruleIds);
            try {
                places.add(new Place(Condition.of(scope.when()), scope.approval(), scope.rules()));
            } catch (PolicyException e) {
                throw e.at(scope.place());
            }
        }
        Backfills backfills = document.backfills().isPresent()
                ? Backfills.of(document.backfills().get())
                : Backfills.DEFAULTS;
        return new CompiledPolicy(
                document.judge(), document.approval(), document.rules(), List.copyOf(places), backfills);
    }

    private static void check(List<PolicyDocument.RuleSetting> settings, Set<String> ruleIds) throws PolicyException {
        for (PolicyDocument.RuleSetting setting : settings) {
            if (!ruleIds.contains(setting.ruleId())) {
                throw new PolicyException(setting.place(), "there is no rule \"" + setting.ruleId() + "\"");
            }
        }
    }

    @Override
    public Optional<Setting> setting(String ruleId, PolicyContext context) {
        Optional<Place> most =
                mostSpecific(context, p -> named(p.rules(), ruleId).isPresent());
        Optional<PolicyDocument.RuleSetting> found =
                named(most.map(Place::rules).orElse(everywhere), ruleId);
        return found.map(f -> new Setting(f.action(), f.approval(), f.place()));
    }

    @Override
    public Optional<ApprovalMode> approval(PolicyContext context) {
        return mostSpecific(context, p -> p.approval().isPresent())
                .map(Place::approval)
                .orElse(approval);
    }

    /** Of the places that say something and match, the most specific; of equals, the later. */
    private Optional<Place> mostSpecific(PolicyContext context, Predicate<Place> says) {
        return places.stream()
                .filter(says)
                .filter(p -> p.condition().holds(context))
                .sorted(Comparator.comparingLong(p -> p.condition().specificity()))
                .reduce((first, second) -> second);
    }

    /** The last one counts, as in a file read from its top. */
    private static Optional<PolicyDocument.RuleSetting> named(
            List<PolicyDocument.RuleSetting> settings, String ruleId) {
        return settings.reversed().stream()
                .filter(s -> s.ruleId().equals(ruleId))
                .findFirst();
    }

    @Override
    public List<Scoped> scopes() {
        return places.stream()
                .flatMap(place -> place.rules().stream()
                        .map(rule -> new Scoped(
                                rule.ruleId(),
                                place.condition().words(),
                                new Setting(rule.action(), rule.approval(), rule.place()))))
                .toList();
    }

    @Override
    public boolean judges() {
        return judges;
    }

    @Override
    public Backfills backfills() {
        return backfills;
    }

    @Override
    public boolean restricts(String ruleId) {
        return restricts(everywhere, ruleId) || places.stream().anyMatch(p -> restricts(p.rules(), ruleId));
    }

    private static boolean restricts(List<PolicyDocument.RuleSetting> settings, String ruleId) {
        return settings.stream().anyMatch(s -> s.ruleId().equals(ruleId) && s.action() != Action.ALLOW);
    }
}
