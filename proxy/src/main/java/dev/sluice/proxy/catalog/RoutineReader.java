package dev.sluice.proxy.catalog;

import dev.sluice.policies.facts.RoutineFacts.SqlArgument;
import dev.sluice.policies.rule.CallRules;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ProgramBody;
import dev.sluice.policies.sql.RoutineNature;
import dev.sluice.policies.sql.ServerVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what routines a database has. Thread-safe; blocks. */
final class RoutineReader {

    /** Functions of extensions that run commands that they are given, or have them run. */
    private static final Set<String> RUN_COMMANDS = Set.of(
            "dblink_exec",
            "dblink_send_query",
            "pg_background_launch",
            "pg_background_launch_v2",
            "replicate_ddl_command",
            "replicate_ddl",
            "run_command_on_workers",
            "run_command_on_coordinator",
            "run_command_on_all_nodes",
            "run_command_on_shards",
            "run_command_on_placements",
            "run_command_on_colocated_placements",
            "master_run_on_worker",
            "schedule",
            "schedule_in_database",
            "alter_job");

    /** Functions that run a query that they are given; the server's own admit no more than a query. */
    private static final Set<String> RUN_QUERIES = Set.of(
            "dblink",
            "dblink_open",
            "xpath_table",
            "crosstab",
            "crosstab2",
            "crosstab3",
            "crosstab4",
            "crosstabn",
            "connectby",
            "query_to_xml",
            "query_to_xmlschema",
            "query_to_xml_and_xmlschema",
            "ts_stat",
            "ts_rewrite");

    /** Functions of the server's and of extensions', in C, that change a schema by themselves. */
    private static final Set<String> CHANGE_SCHEMA = Set.of(
            "pg_import_system_collations",
            "create_hypertable",
            "add_dimension",
            "drop_chunks",
            "create_distributed_table",
            "create_distributed_table_concurrently",
            "create_reference_table",
            "undistribute_table",
            "alter_distributed_table",
            "alter_table_set_access_method",
            "citus_add_local_table_to_metadata");

    private static final String POSTGRES_FROM = """
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
             JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            WHERE (n.nspname <> ALL ('{pg_catalog,information_schema,sluice}') AND l.lanname <> ALL ('{c,internal}'))
               OR (l.lanname = ANY ('{c,internal}') AND pg_catalog.lower(p.proname) = ANY ('{%s}'))
            """.formatted(Stream.of(RUN_COMMANDS, RUN_QUERIES, CHANGE_SCHEMA)
            .map(names -> String.join(",", names))
            .collect(Collectors.joining(",")));

    private static final String POSTGRES_STAMP = "SELECT pg_catalog.count(*), pg_catalog.concat_ws(':',"
            + " pg_catalog.sum(pg_catalog.hashtext(p.oid::text || ':' || p.xmin::text)), "
            + RoutineUses.STAMP + ")" + POSTGRES_FROM;

    private static final String POSTGRES = """
            SELECT n.nspname, p.proname, l.lanname, %s || CASE WHEN l.lanname = ANY ('{sql,plpgsql}')
                     THEN coalesce('; SELECT ' || pg_catalog.pg_get_expr(p.proargdefaults, 0), '') ELSE '' END,
                   EXISTS (SELECT 1 FROM pg_catalog.pg_proc b JOIN pg_catalog.pg_namespace bn ON bn.oid = b.pronamespace
                            WHERE b.proname = p.proname AND bn.nspname = 'pg_catalog' AND bn.oid <> n.oid),
                   p.oid::text, p.pronargs > 0 AND p.pronargs - p.pronargdefaults <= 1 AND EXISTS (SELECT 1
                     FROM pg_catalog.pg_type t WHERE t.oid = p.proargtypes[0] AND t.typtype = ANY ('{c,p}')),
            """ + RoutineUses.USED_BY + POSTGRES_FROM + """
            UNION ALL
            SELECT n.nspname, p.proname, 'sql', pg_catalog.concat_ws('(), ',
                     'SELECT ' || s.proname, f.proname, 'x'), false, p.oid::text, false, NULL
              FROM pg_catalog.pg_aggregate a JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid
              JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
              JOIN pg_catalog.pg_proc s ON s.oid = a.aggtransfn LEFT JOIN pg_catalog.pg_proc f ON f.oid = a.aggfinalfn
             WHERE n.nspname <> ALL ('{pg_catalog,information_schema,sluice}')
            """;

    private static final String MYSQL_FROM =
            " FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA NOT IN ('mysql', 'sys', 'sluice',"
                    + " 'information_schema', 'performance_schema')";
    private static final String MYSQL_STAMP = "SELECT COUNT(*), SUM(CRC32(CONCAT_WS('.', ROUTINE_SCHEMA, ROUTINE_NAME,"
            + " LAST_ALTERED, SQL_MODE, ROUTINE_DEFINITION)))" + MYSQL_FROM;
    private static final String MYSQL =
            "SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_BODY, ROUTINE_DEFINITION, SQL_MODE," + " VERSION()"
                    + MYSQL_FROM;

    /** By which code in another language reaches the database, or runs code that it makes. */
    private static final Pattern REACHES = Pattern.compile(
            "spi_|plpy|plv8|SPI|\\b(?:eval|exec|globals|getattr|import|require|use|system|subprocess|do)\\b");

    private static final ProgramBody GIVEN = ProgramBody.of(RoutineNature.DYNAMIC, "it runs the SQL that it is given");

    /** How often a routine that writes what runs one that changes a schema may be found to be another one. */
    private static final int ROUNDS_MAX = 4;

    private RoutineReader() {}

    /** What changes whenever a routine does. */
    static String stamp(Connection connection, boolean postgres) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(postgres ? POSTGRES_STAMP : MYSQL_STAMP)) {
            row.next();
            return row.getString(1) + ":" + row.getString(2);
        }
    }

    /** How many routines of PostgreSQL's have a name, the server's own included. */
    static int count(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc p WHERE pg_catalog.lower(p.proname) = ?")) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    static RoutineSnapshot read(Connection connection, boolean postgres) throws SQLException {
        if (!postgres) {
            return new RoutineSnapshot(mysql(connection), List.of(), routine -> Set.of());
        }
        LexicalRules rules = LexicalRules.defaults(
                ServerVersion.postgres(connection.getMetaData().getDatabaseMajorVersion()));
        Map<RoutineSnapshot.Routine, String> sources = postgres(connection, rules);
        Set<RoutineSnapshot.Routine> all = sources.keySet();
        RoutineSnapshot known = new RoutineSnapshot(all, List.of(), routine -> Set.of());
        for (int round = 0; round < ROUNDS_MAX; round++) {
            Set<String> changing = known.changing();
            known = new RoutineSnapshot(
                    all,
                    RoutineUses.read(connection, changing),
                    routine -> CallRules.references(sources.getOrDefault(routine, ""), rules));
            if (known.changing().equals(changing)) {
                break;
            }
        }
        return known;
    }

    /** The routines with their sources. */
    private static Map<RoutineSnapshot.Routine, String> postgres(Connection connection, LexicalRules rules)
            throws SQLException {
        String body = rules.version().major() >= 14
                ? "coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)"
                : "p.prosrc";
        Map<RoutineSnapshot.Routine, String> routines = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(POSTGRES.formatted(body))) {
            while (rows.next()) {
                String name = rows.getString(2);
                String language = rows.getString(3);
                String source = Optional.ofNullable(rows.getString(4)).orElse("");
                SqlArgument argument = argument(language, name);
                RoutineSnapshot.Routine routine = new RoutineSnapshot.Routine(
                        rows.getString(1),
                        name,
                        body(language, name, source, rules),
                        rows.getBoolean(5),
                        argument,
                        Integer.toHexString(source.hashCode()),
                        new RoutineUses(rows.getString(6), rows.getBoolean(7), Optional.ofNullable(rows.getString(8))));
                routines.put(routine, source);
            }
        }
        return routines;
    }

    private static SqlArgument argument(String language, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!language.equals("c") && !language.equals("internal")) {
            return SqlArgument.NONE;
        }
        if (RUN_COMMANDS.contains(lower)) {
            return SqlArgument.COMMAND;
        }
        return RUN_QUERIES.contains(lower) ? SqlArgument.QUERY : SqlArgument.NONE;
    }

    private static ProgramBody body(String language, String name, String source, LexicalRules rules) {
        if (argument(language, name) != SqlArgument.NONE) {
            return GIVEN;
        }
        if (language.equals("c") || language.equals("internal")) {
            return ProgramBody.of(RoutineNature.CHANGES, "that is what it is for");
        }
        if (language.equalsIgnoreCase("sql") || language.equalsIgnoreCase("plpgsql")) {
            return ProgramBody.read(source, rules);
        }
        return REACHES.matcher(source).find()
                ? ProgramBody.of(RoutineNature.DYNAMIC, "its language, " + language + ", is not read")
                : ProgramBody.HARMLESS;
    }

    private static List<RoutineSnapshot.Routine> mysql(Connection connection) throws SQLException {
        List<RoutineSnapshot.Routine> routines = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(MYSQL)) {
            while (rows.next()) {
                String source = rows.getString(4);
                if (source == null) {
                    continue; // not to be seen by the gateway's user: as unknown as one that is not there
                }
                String modes = "," + rows.getString(5) + ",";
                LexicalRules rules = new LexicalRules(
                        MySqlFactsReader.version(rows.getString(6)),
                        true,
                        modes.contains(",ANSI_QUOTES,"),
                        modes.contains(",NO_BACKSLASH_ESCAPES,"));
                boolean plain = modes.indexOf("ORACLE") < 0;
                routines.add(new RoutineSnapshot.Routine(
                        rows.getString(1),
                        rows.getString(2),
                        plain ? body(rows.getString(3), rows.getString(2), source, rules) : GIVEN,
                        false,
                        SqlArgument.NONE,
                        Integer.toHexString(source.hashCode()),
                        RoutineUses.NONE));
            }
        }
        return routines;
    }
}
