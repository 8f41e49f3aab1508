package dev.sluice.proxy.catalog;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Runs SQL under another role on PostgreSQL, so that the SQL cannot take the gateway's own role back.
 *
 * <p>{@code SET LOCAL ROLE} alone does not hold it: a default, a check or a trigger may call a function that says RESET
 * ROLE. Within a SECURITY DEFINER function that is an error. So the SQL is run by a temporary function that belongs to
 * the role; its text is compared before each call, because code that ran under the role earlier in this session could
 * have replaced it. Triggers that were deferred are fired before the function returns.
 *
 * <p>For one connection; not thread-safe.
 */
public final class RoleScope {

    private static final String BODY = """

            DECLARE bound pg_catalog.text[]; n pg_catalog.int8; total pg_catalog.int8 := 0; i pg_catalog.int4;
            BEGIN
              IF probe IS NOT NULL THEN
                EXECUTE probe INTO bound;
              END IF;
              FOR i IN 1 .. pg_catalog.cardinality(work) LOOP
                EXECUTE work[i] USING bound;
                GET DIAGNOSTICS n = ROW_COUNT;
                total := total OPERATOR(pg_catalog.+) n;
              END LOOP;
              SET CONSTRAINTS ALL IMMEDIATE;
              rows := total;
              reached := bound;
            END
            """;

    private static final String CREATE = "CREATE FUNCTION pg_temp.sluice_run(IN probe pg_catalog.text,"
            + " IN work pg_catalog.text[], OUT rows pg_catalog.int8, OUT reached pg_catalog.text[])"
            + " LANGUAGE plpgsql SECURITY DEFINER AS '" + BODY + "'";

    /** Makes the function where it is not there, and stops where it is not what was made. */
    private static final String MADE = """
            DECLARE present pg_catalog.int8; intact pg_catalog.bool;
            BEGIN
              SELECT pg_catalog.count(*), pg_catalog.bool_and(p.prosecdef
                       AND o.rolname OPERATOR(pg_catalog.=) %1$s::pg_catalog.name
                       AND p.prosrc OPERATOR(pg_catalog.=) %2$s::pg_catalog.text AND p.proconfig IS NULL)
                INTO present, intact
                FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) p.proowner
               WHERE p.proname OPERATOR(pg_catalog.=) 'sluice_run'::pg_catalog.name
                 AND p.pronamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema();
              IF present OPERATOR(pg_catalog.=) 0::pg_catalog.int8 THEN
                SET LOCAL ROLE %3$s;
                %4$s;
                SET LOCAL ROLE NONE;
              ELSIF present OPERATOR(pg_catalog.>) 1::pg_catalog.int8 OR NOT intact THEN
                RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = %5$s;
              END IF;
            END
            """;

    private static final String OWN_PATH = "SET LOCAL search_path = pg_catalog, pg_temp";

    private final Connection connection;
    private final String role;
    private final String searchPath;
    private String settings = "";

    /**
     * @param connection not in autocommit while {@link #run} is called
     * @param role whom to act as; the gateway must be allowed to
     * @param searchPath the {@code search_path} setting that the SQL is read under; empty: the session's own
     */
    public RoleScope(Connection connection, String role, String searchPath) {
        this.connection = connection;
        this.role = role;
        this.searchPath = searchPath;
    }

    /**
     * @param rows how many rows the work changed
     * @param reached what the probe found, in text; empty for NULL
     */
    public record Result(long rows, List<String> reached) {}

    /** Runs statements in order, in the connection's transaction. */
    public Result run(List<String> work) throws SQLException {
        return run(Optional.empty(), work);
    }

    /**
     * Runs statements in order, in the connection's transaction. Afterwards the gateway's own role and a safe search
     * path hold again, until the transaction's end; after an error only a rollback helps.
     *
     * @param probe a query whose one column, a {@code text[]}, the work may use as {@code $1}
     */
    public Result run(Optional<String> probe, List<String> work) throws SQLException {
        String array = work.stream().map(PostgresCatalogQuery::literal).collect(Collectors.joining(", "));
        // All in one round trip: a small batch is worth little more than what it waits for.
        String sql = OWN_PATH + "; " + settings + made() + "; SET LOCAL ROLE " + quoted(role) + "; "
                + searchPathChange(searchPath, true) + "; SELECT r.rows, r.reached FROM pg_temp.sluice_run("
                + probe.map(PostgresCatalogQuery::literal).orElse("NULL") + ", ARRAY[" + array
                + "]::pg_catalog.text[]) r; SET LOCAL ROLE NONE; " + OWN_PATH;
        settings = "";
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            boolean rows = statement.execute(sql);
            while (true) {
                if (rows && statement.getResultSet().getMetaData().getColumnCount() == 2) {
                    return result(statement.getResultSet());
                }
                rows = statement.getMoreResults();
                if (!rows && statement.getUpdateCount() < 0) {
                    throw new SQLException("the role's work gave no answer", "XX000");
                }
            }
        }
    }

    private static Result result(ResultSet row) throws SQLException {
        row.next();
        Array reached = row.getArray(2);
        return new Result(row.getLong(1), reached == null ? List.of() : List.of((String[]) reached.getArray()));
    }

    /**
     * Settings for the transaction, made under the gateway's own role with the next {@link #run}.
     *
     * @param sql SET LOCAL statements, each ended by a semicolon
     */
    public void prepare(String sql) {
        settings = sql;
    }

    private String made() {
        String replaced = "pg_temp.sluice_run is not what the gateway made: code that runs under the role " + role
                + " has replaced it";
        return "DO "
                + PostgresCatalogQuery.literal(MADE.formatted(
                        PostgresCatalogQuery.literal(role),
                        PostgresCatalogQuery.literal(BODY),
                        quoted(role),
                        CREATE,
                        PostgresCatalogQuery.literal(replaced)));
    }

    /** A search_path setting is a client's text: it is passed as a value, never as SQL. */
    public static String searchPathChange(String searchPath, boolean local) {
        if (searchPath.isEmpty()) {
            return "SET " + (local ? "LOCAL " : "") + "search_path TO DEFAULT";
        }
        return "SELECT pg_catalog.set_config('search_path', " + PostgresCatalogQuery.literal(searchPath) + ", " + local
                + ")";
    }

    /** A name with its schema, each in double quotes. */
    public static String quoted(QualifiedName name) {
        return SqlText.quoteQualified(Dialect.POSTGRES, name.schema(), name.name());
    }

    /** An identifier in double quotes. */
    public static String quoted(String identifier) {
        return SqlText.quoteIdentifier(Dialect.POSTGRES, identifier);
    }
}
