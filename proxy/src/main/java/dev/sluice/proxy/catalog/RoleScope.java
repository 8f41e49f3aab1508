package dev.sluice.proxy.catalog;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Runs SQL under another role on PostgreSQL, so that the SQL cannot take the gateway's own role back.
 *
 * <p>{@code SET LOCAL ROLE} alone does not hold it: a default, a check or a trigger may call a function that says RESET
 * ROLE. Within a SECURITY DEFINER function that is an error. So the SQL is run by a temporary function that belongs to
 * the role; it is compared before each call, because code that ran under the role earlier in this session could have
 * replaced it: with its text, or, where {@link #make} has committed it, with the catalog's row as that was. Triggers that
 * were deferred are fired before the function returns, and cursors are closed that the commit would otherwise run.
 *
 * <p>What code of the role's prepares outlives even a rollback, and could stand in for a statement that the driver has
 * named. A connection that runs such code names none, or is rid of all of them with {@link #FORGET} before it is used for
 * anything else.
 *
 * <p>For one connection; not thread-safe.
 */
public final class RoleScope {

    private static final String BODY = """

            DECLARE bound pg_catalog.text[]; n pg_catalog.int8; total pg_catalog.int8 := 0; i pg_catalog.int4;
              begun pg_catalog.float8 := pg_catalog.date_part('epoch', pg_catalog.clock_timestamp());
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
              seconds := pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.-) begun;
            END
            """;

    private static final String CREATE = "CREATE FUNCTION pg_temp.sluice_run(IN probe pg_catalog.text,"
            + " IN work pg_catalog.text[], OUT rows pg_catalog.int8, OUT reached pg_catalog.text[],"
            + " OUT seconds pg_catalog.float8)"
            + " LANGUAGE plpgsql SECURITY DEFINER AS " + PostgresCatalogQuery.literal(BODY);

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

    /** The catalog's row of the function, which whatever changes it replaces. */
    private static final String MADE_ROW = "SELECT p.oid, p.xmin FROM pg_catalog.pg_proc p"
            + " WHERE p.proname OPERATOR(pg_catalog.=) 'sluice_run'::pg_catalog.name"
            + " AND p.pronamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()";

    /** An error, with the reason as its text, where that row is another. A look-up by its key, and no block to compile. */
    private static final String UNCHANGED =
            "SELECT (CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 1::pg_catalog.int8"
                    + " THEN '1' ELSE %s END)::pg_catalog.int4 FROM pg_catalog.pg_proc p"
                    + " WHERE p.oid OPERATOR(pg_catalog.=) %s::pg_catalog.oid"
                    + " AND p.xmin OPERATOR(pg_catalog.=) '%s'::pg_catalog.xid";

    private static final int RESULT_COLUMNS = 3;

    /** Forgets what was prepared in the session, the driver's own statements included, which it notices. */
    static final String FORGET = "DEALLOCATE ALL";

    private final Connection connection;
    private final String role;
    private final String searchPath;
    private String settings = "";
    private Duration worked = Duration.ZERO;
    private Optional<String> unchanged = Optional.empty();

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

    /**
     * Makes the function for all transactions to come, which then only look whether it is the same. On a connection in
     * autocommit on which nothing has run under the role yet. Where the role may make no temporary objects nothing is made,
     * and {@link #run} says so.
     */
    public void make() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(made());
            try (ResultSet row = statement.executeQuery(MADE_ROW)) {
                row.next();
                unchanged = Optional.of(UNCHANGED.formatted(
                        PostgresCatalogQuery.literal(replaced()), row.getString(1), row.getString(2)));
            }
        } catch (SQLException e) {
            if (!"42501".equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    /** Runs statements in order, in the connection's transaction. */
    public Result run(List<String> work) throws SQLException {
        return run(Optional.empty(), work);
    }

    /**
     * Runs statements in order, in the connection's transaction. Afterwards the gateway's own role and a safe search
     * path hold again, the path also for later transactions; after an error only a rollback helps.
     *
     * @param probe a query whose one column, a {@code text[]}, the work may use as {@code $1}
     */
    public Result run(Optional<String> probe, List<String> work) throws SQLException {
        String array = work.stream().map(PostgresCatalogQuery::literal).collect(Collectors.joining(", "));
        // All in one round trip: a small batch is worth little more than what it waits for.
        String sql = ControlDatabase.OWN_PATH + "; " + settings + unchanged.orElseGet(this::made) + "; SET LOCAL ROLE "
                + quoted(role) + "; "
                + searchPathChange(searchPath, true) + "; SELECT r.rows, r.reached, r.seconds FROM pg_temp.sluice_run("
                + probe.map(PostgresCatalogQuery::literal).orElse("NULL") + "::pg_catalog.text, ARRAY[" + array
                + "]::pg_catalog.text[]) r; SET LOCAL ROLE NONE; CLOSE ALL; " + ControlDatabase.OWN_PATH;
        settings = "";
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            boolean rows = statement.execute(sql);
            while (true) {
                if (rows && statement.getResultSet().getMetaData().getColumnCount() == RESULT_COLUMNS) {
                    return result(statement.getResultSet());
                }
                rows = statement.getMoreResults();
                if (!rows && statement.getUpdateCount() < 0) {
                    throw new SQLException("the role's work gave no answer", "XX000");
                }
            }
        }
    }

    private Result result(ResultSet row) throws SQLException {
        row.next();
        Array reached = row.getArray(2);
        worked = worked.plusNanos(Math.max(0, (long) (row.getDouble(3) * 1e9)));
        return new Result(row.getLong(1), reached == null ? List.of() : List.of((String[]) reached.getArray()));
    }

    /**
     * Settings for the transaction, made under the gateway's own role with the next {@link #run}.
     *
     * @param sql SET LOCAL statements, each ended by a semicolon
     */
    public void prepare(String sql) {
        settings = sql;
        worked = Duration.ZERO;
    }

    /** How long the server has been at the role's work since {@link #prepare}, by its own clock: without the way there. */
    public Duration worked() {
        return worked;
    }

    private String replaced() {
        return "pg_temp.sluice_run is not what the gateway made: code that runs under the role " + role
                + " has replaced it";
    }

    private String made() {
        return "DO "
                + PostgresCatalogQuery.literal(MADE.formatted(
                        PostgresCatalogQuery.literal(role),
                        PostgresCatalogQuery.literal(BODY),
                        quoted(role),
                        CREATE,
                        PostgresCatalogQuery.literal(replaced())));
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
