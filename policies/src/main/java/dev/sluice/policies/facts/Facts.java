package dev.sluice.policies.facts;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.sql.RoutineReference;
import dev.sluice.policies.sql.ServerVersion;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the database that a schema change goes to.
 *
 * @param version the server
 * @param assumed whether there is no database at hand: then every table is taken to exist, to be large and hot, and
 *     what is not known of it must be answered on the safe side
 * @param role the role that the statement runs under
 * @param currentSchema where an unqualified new name goes: the first schema of the search path, or MySQL's current
 *     database; absent where there is none
 * @param relations by the name in the statement; a name that is missing names nothing that exists
 * @param volatilities by the text of the expression
 * @param types by the text of the type
 * @param settings server and session settings that decide something: {@code search_path},
 *     {@code sql_mode}, {@code binlog_format}, {@code foreign_key_checks} …; PostgreSQL also {@code suppresses_triggers},
 *     whether the gateway's role may keep user triggers from firing in its session
 * @param routines what is known of the routines that the statement runs or makes
 */
public record Facts(
        ServerVersion version,
        boolean assumed,
        String role,
        Optional<String> currentSchema,
        Map<QualifiedName, RelationFacts> relations,
        Map<String, ExpressionFacts> volatilities,
        Map<String, TypeFacts> types,
        Map<String, String> settings,
        Map<RoutineReference, RoutineFacts> routines) {

    public Facts {
        relations = Map.copyOf(relations);
        volatilities = Map.copyOf(volatilities);
        types = Map.copyOf(types);
        settings = Map.copyOf(settings);
        routines = Map.copyOf(routines);
    }

    /** Where no routine is known. */
    public Facts(
            ServerVersion version,
            boolean assumed,
            String role,
            Optional<String> currentSchema,
            Map<QualifiedName, RelationFacts> relations,
            Map<String, ExpressionFacts> volatilities,
            Map<String, TypeFacts> types,
            Map<String, String> settings) {
        this(version, assumed, role, currentSchema, relations, volatilities, types, settings, Map.of());
    }

    /** Facts for judging without a database. */
    public static Facts assumed(ServerVersion version) {
        return new Facts(version, true, "", Optional.empty(), Map.of(), Map.of(), Map.of(), Map.of());
    }

    /** The same with other relations. */
    public Facts with(Map<QualifiedName, RelationFacts> others) {
        return new Facts(version, assumed, role, currentSchema, others, volatilities, types, settings, routines);
    }

    /** The same with what is known of types. */
    public Facts withTypes(Map<String, TypeFacts> known) {
        return new Facts(version, assumed, role, currentSchema, relations, volatilities, known, settings, routines);
    }

    /** The same with what is known of routines. */
    public Facts withRoutines(Map<RoutineReference, RoutineFacts> known) {
        return new Facts(version, assumed, role, currentSchema, relations, volatilities, types, settings, known);
    }

    /** Whether names of tables that differ in case alone mean the same. */
    public boolean isCaseless() {
        return version.dialect().isMySqlFamily()
                && !settings.getOrDefault("lower_case_table_names", "0").equals("0");
    }

    public Optional<RelationFacts> relation(QualifiedName name) {
        return Optional.ofNullable(relations.get(name));
    }

    /** The partition of a table that takes what no other does. */
    public Optional<RelationFacts> defaultPartition(RelationFacts parent) {
        return relations.values().stream()
                .filter(r -> parent.children().contains(r.name()))
                .filter(r -> r.options().getOrDefault("partition_bound", "").equalsIgnoreCase("default"))
                .findFirst();
    }

    public Optional<ExpressionFacts> expression(String text) {
        return Optional.ofNullable(volatilities.get(text));
    }

    public Optional<TypeFacts> type(String text) {
        return Optional.ofNullable(types.get(text));
    }
}
