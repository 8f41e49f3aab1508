package dev.sluice.proxy.catalog;

import dev.sluice.policies.facts.ExpressionFacts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.TypeFacts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks the server itself whether an expression, as a default, rewrites a table, and what a type is: the column is added
 * to an empty temporary table under the client's role and search path, in a transaction that is rolled back.
 */
final class ExpressionProbe {

    private static final String TABLE = "pg_temp.sluice_probe";

    private final Connection connection;
    private final Optional<String> role;
    private final String searchPath;
    private final boolean open;

    /**
     * @param role whom to act as; empty: the connection's own role
     * @param open whether the client is in a transaction, which may have made what this connection cannot see
     */
    ExpressionProbe(Connection connection, Optional<String> role, String searchPath, boolean open) {
        this.connection = connection;
        this.role = role;
        this.searchPath = searchPath;
        this.open = open;
    }

    record Answers(Map<String, ExpressionFacts> expressions, Map<String, TypeFacts> types) {}

    /** Whether the connection's role may act as another; a role that it cannot see is none. */
    static boolean mayActAs(Connection connection, String role) throws SQLException {
        String sql = "SELECT pg_catalog.pg_has_role(r.oid, CASE WHEN"
                + " pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 160000"
                + " THEN 'SET' ELSE 'MEMBER' END) FROM pg_catalog.pg_roles r WHERE r.rolname = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, role);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    /** @param allowed false: nothing is run, every expression counts as volatile */
    Answers ask(FactsRequest request, boolean allowed) throws SQLException {
        Map<String, ExpressionFacts> expressions = new HashMap<>();
        Map<String, TypeFacts> types = new HashMap<>();
        if (!allowed) {
            request.expressions().forEach(e -> expressions.put(e.expression(), ExpressionFacts.VOLATILE));
            return new Answers(expressions, types);
        }
        if (request.expressions().isEmpty() && request.types().isEmpty()) {
            return new Answers(expressions, types);
        }
        connection.setAutoCommit(false);
        try {
            begin();
        } catch (SQLException e) {
            connection.rollback();
            connection.setAutoCommit(true);
            if ("42501".equals(e.getSQLState())) {
                // The role may not make temporary tables: then every expression counts as volatile.
                return ask(request, false);
            }
            throw e;
        }
        try {
            for (FactsRequest.ExpressionRequest asked : request.expressions()) {
                expressions.merge(asked.expression(), expression(asked), ExpressionProbe::stricter);
            }
            for (String type : request.types()) {
                types.put(type, type(type));
            }
        } finally {
            end();
        }
        return new Answers(expressions, types);
    }

    /** Nothing remains, not even what code of the client's has prepared, which no rollback takes back. */
    private void end() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Not by the driver's own ROLLBACK, for which such code may have prepared something else.
            statement.execute("ROLLBACK");
            statement.execute(RoleScope.FORGET);
        }
        connection.setAutoCommit(true);
    }

    private void begin() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // What is asked may call code of the client's; it must not keep the gateway.
            statement.execute("SET LOCAL statement_timeout = '2s'; SET LOCAL lock_timeout = '200ms'");
        }
        String create = "CREATE TEMPORARY TABLE sluice_probe ()";
        run(create);
    }

    private void run(String sql) throws SQLException {
        if (role.isPresent()) {
            new RoleScope(connection, role.get(), searchPath).run(List.of(sql));
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private ExpressionFacts expression(FactsRequest.ExpressionRequest asked) throws SQLException {
        long before = fileNode();
        Savepoint savepoint = connection.setSavepoint();
        try {
            run("ALTER TABLE " + TABLE + " ADD COLUMN c " + asked.type() + " DEFAULT " + asked.expression());
            return fileNode() == before ? ExpressionFacts.STABLE : ExpressionFacts.VOLATILE;
        } catch (SQLException e) {
            rethrowUnlessRefusal(e);
            return open ? ExpressionFacts.VOLATILE : ExpressionFacts.INVALID;
        } finally {
            connection.rollback(savepoint);
        }
    }

    private TypeFacts type(String type) throws SQLException {
        long before = fileNode();
        Savepoint savepoint = connection.setSavepoint();
        try {
            run("ALTER TABLE " + TABLE + " ADD COLUMN c " + type);
            return readType(before);
        } catch (SQLException e) {
            rethrowUnlessRefusal(e);
            return TypeFacts.missing(type);
        } finally {
            connection.rollback(savepoint);
        }
    }

    private TypeFacts readType(long before) throws SQLException {
        String sql = """
                WITH RECURSIVE base(oid, typmod) AS (
                  SELECT a.atttypid, a.atttypmod FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = 'pg_temp.sluice_probe'::pg_catalog.regclass AND a.attname = 'c'
                  UNION ALL
                  SELECT t.typbasetype, t.typtypmod FROM base JOIN pg_catalog.pg_type t ON t.oid = base.oid
                   WHERE t.typtype = 'd')
                SELECT (SELECT pg_catalog.format_type(b.oid, b.typmod) FROM base b LIMIT 1),
                       EXISTS (SELECT 1 FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.oid
                                WHERE t.typtype = 'd' AND (t.typnotnull
                                   OR EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid))),
                       EXISTS (SELECT 1 FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.oid
                                WHERE t.typtype = 'd' AND t.typdefault IS NOT NULL)""";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            String canonical = rows.getString(1);
            boolean constrained = rows.getBoolean(2);
            boolean hasDefault = rows.getBoolean(3);
            boolean rewritten = fileNode() != before;
            Optional<ExpressionFacts> byDefault = Optional.of(
                            rewritten ? ExpressionFacts.VOLATILE : ExpressionFacts.STABLE)
                    .filter(kind -> hasDefault);
            return new TypeFacts(true, constrained, byDefault, canonical);
        }
    }

    private long fileNode() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_catalog.pg_relation_filenode('" + TABLE
                        + "'::pg_catalog.regclass)::pg_catalog.int8")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static ExpressionFacts stricter(ExpressionFacts one, ExpressionFacts other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** A lost connection is no answer about the expression. */
    static void rethrowUnlessRefusal(SQLException e) throws SQLException {
        String state = e.getSQLState();
        if (state == null || state.startsWith("08") || state.startsWith("57P")) {
            throw e;
        }
    }
}
