package dev.sluice.policies.rule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Every rule there is, in the order of the reference page. */
public final class Rules {

    private static final Map<String, Rule> ALL = Stream.of(
                    ColumnAdditionRules.all(),
                    ConstraintRules.all(),
                    IndexRules.all(),
                    RewriteRules.all(),
                    RemovalRules.all(),
                    ConductRules.all())
            .flatMap(List::stream)
            .collect(LinkedHashMap::new, (map, rule) -> map.put(rule.id(), rule), Map::putAll);

    private static final List<Rule> IN_ORDER = List.copyOf(ALL.values());

    private Rules() {}

    public static List<Rule> all() {
        return IN_ORDER;
    }

    /** The rule of an id, or empty for an id that does not exist. */
    public static Optional<Rule> byId(String id) {
        return Optional.ofNullable(ALL.get(id));
    }
}
