package dev.sluice.proxy.catalog;

import dev.sluice.policies.dml.TableWrite;
import dev.sluice.policies.dml.TableWrite.Function;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether what an expression calls on PostgreSQL looks at its arguments alone, by what the catalog says of every function
 * and operator of that name. What cannot be told counts against it.
 */
final class PostgresExpressions {

    /** Syntax that looks like a call. */
    private static final Set<String> SYNTAX = Set.of(
            "coalesce",
            "nullif",
            "greatest",
            "least",
            "extract",
            "position",
            "overlay",
            "trim",
            "substring",
            "normalize");

    /** Volatile, but each row's value is its own. */
    private static final Set<String> EACH_ROW_ITS_OWN =
            Set.of("random", "gen_random_uuid", "uuidv4", "uuidv7", "clock_timestamp", "nextval");

    /** Functions of the server's that are stable, and look at more than their arguments. */
    private static final Set<String> LOOK_AROUND = Set.of(
            "current_setting",
            "query_to_xml",
            "table_to_xml",
            "cursor_to_xml",
            "schema_to_xml",
            "database_to_xml",
            "to_regclass",
            "obj_description",
            "col_description",
            "shobj_description",
            "currval",
            "lastval",
            "version",
            "inet_client_addr",
            "inet_client_port",
            "inet_server_addr",
            "inet_server_port",
            "current_query",
            "current_schemas",
            "ts_stat",
            "lo_get",
            "row_security_active");

    private static final Set<String> MOMENTS = Set.of("now", "transaction_timestamp", "statement_timestamp");

    private PostgresExpressions() {}

    static void check(HeldSession session, TableWrite write, List<String> obstacles) throws ServerErrorException {
        Set<Function> called = write.functions().stream()
                .filter(f -> f.schema().isPresent() || !SYNTAX.contains(f.name()))
                .collect(Collectors.toSet());
        List<String> names = Stream.concat(called.stream().map(Function::name), MOMENTS.stream())
                .distinct()
                .toList();
        List<List<Optional<String>>> known = session.query(
                        "SELECT p.proname, n.nspname, p.provolatile FROM pg_catalog.pg_proc p"
                                + " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.proname IN ("
                                + literals(names) + ")")
                .rows();
        for (Function function : called) {
            List<List<Optional<String>>> same = known.stream()
                    .filter(row -> row.get(0).orElse("").equals(function.name()))
                    .filter(row -> function.schema().isEmpty() || row.get(1).equals(function.schema()))
                    .toList();
            if (same.isEmpty() || !same.stream().allMatch(row -> isOwn(row))) {
                obstacles.add("the function " + function.name() + " may depend on more than the row");
            }
        }
        boolean shadowed = !write.times().isEmpty()
                && known.stream()
                        .anyMatch(row -> MOMENTS.contains(row.get(0).orElse(""))
                                && !row.get(1).orElse("").equals("pg_catalog"));
        if (shadowed) {
            obstacles.add("somebody has made a function that is called like the server's own now()");
        }
        operators(session, write.operators(), obstacles);
    }

    private static boolean isOwn(List<Optional<String>> function) {
        String name = function.get(0).orElse("");
        boolean servers = function.get(1).orElse("").equals("pg_catalog");
        return switch (function.get(2).orElse("")) {
            case "i" -> true;
            case "s" ->
                servers
                        && !LOOK_AROUND.contains(name)
                        && !name.startsWith("pg_")
                        && !name.startsWith("has_")
                        && !name.startsWith("txid_");
            default -> servers && EACH_ROW_ITS_OWN.contains(name);
        };
    }

    private static void operators(HeldSession session, Set<String> operators, List<String> obstacles)
            throws ServerErrorException {
        List<String> used = new ArrayList<>(operators);
        used.add("=");
        String found = session
                .query("SELECT (SELECT pg_catalog.string_agg(DISTINCT o.oprname, ' ')"
                        + " FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE o.oprname IN ("
                        + literals(used)
                        + ") AND (p.provolatile = 'v' OR (p.provolatile = 's' AND n.nspname <> 'pg_catalog'))),"
                        + " EXISTS (SELECT 1 FROM pg_catalog.pg_cast c JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc"
                        + " WHERE p.provolatile = 'v')")
                .rows()
                .stream()
                .map(row -> row.get(0)
                        .map(name -> "the operator " + name)
                        .or(() -> row.get(1).filter("t"::equals).map(yes -> "a cast of this database"))
                        .orElse(""))
                .findFirst()
                .orElse("");
        if (!found.isEmpty()) {
            obstacles.add(found + " may depend on more than the row");
        }
    }

    private static String literals(Collection<String> texts) {
        return texts.stream()
                .map(t -> SqlText.quoteLiteral(Dialect.POSTGRES, t))
                .collect(Collectors.joining(", "));
    }
}
