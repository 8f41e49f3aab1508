package dev.sluice.proxy.catalog;

import dev.sluice.policies.facts.RoutineFacts;
import dev.sluice.policies.facts.RoutineFacts.SqlArgument;
import dev.sluice.policies.sql.Call;
import dev.sluice.policies.sql.CallFilter;
import dev.sluice.policies.sql.ProgramBody;
import dev.sluice.policies.sql.RoutineNature;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The routines of a database at one moment, each with what it may do, what it calls included. Calls within bodies are taken
 * by name, whatever schema they find. Immutable.
 */
final class RoutineSnapshot {

    static final RoutineSnapshot EMPTY = new RoutineSnapshot(List.of());

    private final Map<String, List<Known>> byName = new HashMap<>();
    /** By which names and operators something runs a routine that changes a schema. */
    private final Map<String, Known> mentions = new HashMap<>();

    private final CallFilter filter;

    /**
     * A routine as the catalog has it.
     *
     * @param ordinary whether the server has functions of its own of this name
     * @param argument what it takes text for
     * @param uses how it is run without being called
     */
    record Routine(
            String schema,
            String name,
            ProgramBody body,
            boolean ordinary,
            SqlArgument argument,
            String digest,
            RoutineUses uses) {}

    private record Known(Routine routine, RoutineNature nature, String why, String digest) {
        RoutineFacts facts() {
            return new RoutineFacts(routine.schema() + "." + routine.name(), nature, routine.argument(), why, digest);
        }
    }

    RoutineSnapshot(Collection<Routine> routines) {
        for (Routine routine : routines) {
            byName.computeIfAbsent(lower(routine.name()), name -> new ArrayList<>())
                    .add(new Known(
                            routine, routine.body().nature(), routine.body().why(), routine.digest()));
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (List<Known> known : byName.values()) {
                for (int i = 0; i < known.size(); i++) {
                    Known now = withCalls(known.get(i));
                    changed |= now.nature() != known.get(i).nature();
                    known.set(i, now);
                }
            }
        }
        this.filter = CallFilter.of(suspects(), ofRows());
    }

    private RoutineSnapshot(RoutineSnapshot routines, Map<String, String> numbersByName) {
        byName.putAll(routines.byName);
        numbersByName.forEach((name, number) -> all().filter(
                        known -> known.routine().uses().number().equals(number))
                .findFirst()
                .ifPresent(known -> mentions.put(lower(name), known)));
        Set<String> mentioned = ofRows();
        mentioned.addAll(mentions.keySet());
        this.filter = CallFilter.of(suspects(), mentioned);
    }

    /** The same, and by which names and operators something else runs some of them. */
    RoutineSnapshot withMentions(Map<String, String> numbersByName) {
        return numbersByName.isEmpty() ? this : new RoutineSnapshot(this, numbersByName);
    }

    private Stream<Known> all() {
        return byName.values().stream().flatMap(List::stream);
    }

    /** The numbers of those that change a schema. */
    Set<String> changing() {
        return all().filter(known -> known.nature() == RoutineNature.CHANGES)
                .map(known -> known.routine().uses().number())
                .filter(number -> !number.isEmpty())
                .collect(Collectors.toSet());
    }

    /** The names of those that are not harmless and may stand behind a row. */
    private Set<String> ofRows() {
        return all().filter(known -> known.routine().uses().ofRow() && known.nature() != RoutineNature.HARMLESS)
                .map(known -> lower(known.routine().name()))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private Known withCalls(Known known) {
        Known worst = known;
        for (String name : known.routine().body().calls()) {
            for (Known called : byName.getOrDefault(name, List.of())) {
                if (isMeant(called) && called.nature().compareTo(worst.nature()) > 0) {
                    worst = new Known(
                            known.routine(),
                            called.nature(),
                            "it calls " + called.routine().name() + ": " + called.why(),
                            known.digest() + called.digest());
                }
            }
        }
        return worst;
    }

    /** Under a name of the server's own, only what certainly changes a schema counts. */
    private static boolean isMeant(Known known) {
        return !known.routine().ordinary() || known.nature() == RoutineNature.CHANGES;
    }

    /** Functions of the server's that run queries are of interest only where a query may call something. */
    private Set<String> suspects() {
        Set<String> names = new HashSet<>();
        Set<String> servers = new HashSet<>();
        byName.forEach((name, routines) -> routines.stream()
                .filter(known -> known.nature() != RoutineNature.HARMLESS && isMeant(known))
                .forEach(known -> (known.routine().schema().equals("pg_catalog") ? servers : names).add(name)));
        if (!names.isEmpty()) {
            names.addAll(servers);
        }
        return names;
    }

    /** Which texts may call something that is not harmless. */
    CallFilter filter() {
        return filter;
    }

    /** What is known of a call: the worst of those that it may mean. */
    Optional<RoutineFacts> find(Call call, Optional<String> currentSchema) {
        List<Known> all = byName.getOrDefault(call.name(), List.of());
        switch (call.schema().orElse("")) {
            case Call.MENTION -> {
                return Optional.ofNullable(mentions.get(call.name())).map(known -> used(known, call.name()));
            }
            case Call.ATTRIBUTE -> {
                return all.stream()
                        .filter(known -> known.routine().uses().ofRow())
                        .max(Comparator.comparing(Known::nature))
                        .map(Known::facts);
            }
            case Call.DEFINITION -> {
                return all.stream()
                        .filter(known -> known.routine().uses().usedBy().isPresent())
                        .findFirst()
                        .map(Known::facts);
            }
            default -> {}
        }
        Optional<String> schema = call.schema().or(() -> currentSchema);
        return all.stream()
                .filter(known -> schema.isEmpty() || isIn(known.routine(), schema.get()))
                .filter(known -> call.schema().isPresent() || isMeant(known))
                .max(Comparator.comparing(Known::nature))
                .map(Known::facts);
    }

    private static RoutineFacts used(Known known, String by) {
        return new RoutineFacts(
                by,
                known.nature(),
                SqlArgument.NONE,
                "it runs " + known.routine().name() + ": " + known.why(),
                known.digest());
    }

    private static boolean isIn(Routine routine, String schema) {
        return routine.schema().equalsIgnoreCase(schema)
                || (schema.equalsIgnoreCase("pg_temp") && routine.schema().startsWith("pg_temp"));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
