package dev.sluice.proxy.catalog;

import dev.sluice.policies.facts.RoutineFacts;
import dev.sluice.policies.facts.RoutineFacts.SqlArgument;
import dev.sluice.policies.sql.CallFilter;
import dev.sluice.policies.sql.ProgramBody;
import dev.sluice.policies.sql.RoutineNature;
import dev.sluice.policies.sql.RoutineReference;
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
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The routines of a database at one moment, each with what it may do, what it calls included. Calls within bodies are taken
 * by name, whatever schema they find. Immutable.
 */
final class RoutineSnapshot {

    static final RoutineSnapshot EMPTY = new RoutineSnapshot(List.of(), List.of(), routine -> Set.of());

    /** Functions of the server's that read relations which their callers need not name. */
    private static final List<String> READ_RELATIONS = Stream.of("table", "schema", "database")
            .flatMap(what -> Stream.of(what + "_to_xml", what + "_to_xml_and_xmlschema"))
            .toList();

    private final Map<String, List<Known>> byName = new HashMap<>();
    /** What has a routine run that changes a schema. */
    private final Map<RoutineReference, Known> mentions = new HashMap<>();

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

    /**
     * @param runs what has some of them run that change a schema
     * @param references all by which a routine's body may run something; asked where there are such
     */
    RoutineSnapshot(
            Collection<Routine> routines,
            Collection<RoutineUses.Run> runs,
            Function<Routine, Set<RoutineReference>> references) {
        for (Routine routine : routines) {
            byName.computeIfAbsent(lower(routine.name()), name -> new ArrayList<>())
                    .add(new Known(
                            routine, routine.body().nature(), routine.body().why(), routine.digest()));
        }
        spread();
        if (!runs.isEmpty()) {
            runs.forEach(this::mention);
            byName.values().forEach(known -> known.replaceAll(one -> withMentions(one, references)));
            spread();
        }
        Set<String> mentioned = ofRows();
        mentions.keySet().forEach(reference -> mentioned.add(reference.name()));
        this.filter = CallFilter.of(suspects(), mentioned);
    }

    /** What a routine calls, it does. */
    private void spread() {
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
    }

    /** A trigger fires when it likes: what writes its table may do what it does. */
    private void mention(RoutineUses.Run run) {
        all().filter(known -> known.routine().uses().number().equals(run.number()))
                .findFirst()
                .map(known -> run.trigger()
                        ? new Known(
                                known.routine(),
                                RoutineNature.DYNAMIC,
                                "a trigger runs " + known.routine().name() + ": " + known.why(),
                                known.digest())
                        : known)
                .ifPresent(known -> {
                    mention(run.reference(), known);
                    if (run.reference() instanceof RoutineReference.Mentioned) {
                        READ_RELATIONS.forEach(name -> mention(new RoutineReference.Mentioned(name), known));
                    }
                });
    }

    private void mention(RoutineReference reference, Known known) {
        mentions.merge(reference, known, (a, b) -> a.nature().compareTo(b.nature()) >= 0 ? a : b);
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

    /** What its body reads through a view, writes or puts through an operator may run something too. */
    private Known withMentions(Known known, Function<Routine, Set<RoutineReference>> references) {
        if (known.nature() == RoutineNature.CHANGES) {
            return known;
        }
        Known worst = known;
        for (RoutineReference reference : references.apply(known.routine())) {
            Known run = mentions.get(reference);
            if (run != null && run.nature().compareTo(worst.nature()) > 0) {
                worst = new Known(
                        known.routine(),
                        run.nature(),
                        "it uses " + reference.name() + ": " + run.why(),
                        known.digest());
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
                .forEach(known -> (isServers(known) ? servers : names).add(name)));
        if (!names.isEmpty()) {
            names.addAll(servers);
        }
        return names;
    }

    private static boolean isServers(Known known) {
        return known.routine().schema().equals("pg_catalog") && known.nature() != RoutineNature.CHANGES;
    }

    /** How many of a name change a schema. */
    int changing(String name) {
        return (int) byName.getOrDefault(name, List.of()).stream()
                .filter(known -> known.nature() == RoutineNature.CHANGES)
                .count();
    }

    /** Which texts may call something that is not harmless. */
    CallFilter filter() {
        return filter;
    }

    /** What is known of the routines that a text may mean: the worst of them. */
    Optional<RoutineFacts> find(RoutineReference reference, Optional<String> currentSchema) {
        List<Known> all = byName.getOrDefault(reference.name(), List.of());
        return switch (reference) {
            case RoutineReference.Called call ->
                worst(all.stream().filter(known -> isMeant(known, call, currentSchema)));
            case RoutineReference.Attribute ignored ->
                worst(all.stream().filter(known -> known.routine().uses().ofRow()));
            case RoutineReference.Mentioned ignored -> mentioned(reference);
            case RoutineReference.Written ignored -> mentioned(reference);
            case RoutineReference.Defined ignored ->
                all.stream()
                        .filter(known -> known.routine().uses().usedBy().isPresent())
                        .findFirst()
                        .map(known ->
                                new Known(known.routine(), RoutineNature.DYNAMIC, known.why(), known.digest()).facts());
        };
    }

    private static boolean isMeant(Known known, RoutineReference.Called call, Optional<String> currentSchema) {
        Optional<String> schema = call.schema().or(() -> currentSchema);
        return (schema.isEmpty() || isIn(known.routine(), schema.get()))
                && (call.schema().isPresent() || isMeant(known));
    }

    private static Optional<RoutineFacts> worst(Stream<Known> known) {
        return known.max(Comparator.comparing(Known::nature)).map(Known::facts);
    }

    private Optional<RoutineFacts> mentioned(RoutineReference reference) {
        return Optional.ofNullable(mentions.get(reference))
                .map(known -> new RoutineFacts(
                        reference.name(),
                        known.nature(),
                        SqlArgument.NONE,
                        known.nature() == RoutineNature.DYNAMIC
                                ? known.why()
                                : "it runs " + known.routine().name() + ": " + known.why(),
                        known.digest()));
    }

    private static boolean isIn(Routine routine, String schema) {
        return routine.schema().equalsIgnoreCase(schema)
                || (schema.equalsIgnoreCase("pg_temp") && routine.schema().startsWith("pg_temp"));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
