package dev.sluice.proxy.catalog;

import dev.sluice.policies.facts.ExpressionFacts;
import dev.sluice.policies.facts.TypeFacts;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the catalog says of types that {@link ExpressionProbe} cannot try: where the gateway's role may not act as the
 * client's, or where the client's open transaction has made or changed them. Read through the client's connection, by a
 * query that cannot fail; what a domain's default does to a table cannot be read, so it counts as volatile.
 */
final class CatalogTypes {

    /** As the server reads a type's name, without what follows it: modifiers, array bounds. */
    private static final String PARTS = "SELECT pg_catalog.parse_ident(?, false)";

    private static final String QUERY = PostgresCatalogQuery.qualify("""
            WITH RECURSIVE asked(n, s, t) AS (VALUES %s),
            path AS (SELECT nspname, n FROM unnest(current_schemas(true)) WITH ORDINALITY AS u(nspname, n)),
            below(n, oid) AS (
              SELECT a.n, (
                SELECT t.oid FROM pg_type t JOIN pg_namespace ns ON ns.oid = t.typnamespace
                  LEFT JOIN path ON path.nspname = ns.nspname
                 WHERE t.typname = a.t
                   AND (CASE WHEN a.s = 'pg_temp' THEN ns.oid = pg_my_temp_schema()
                             WHEN a.s IS NOT NULL THEN ns.nspname = a.s
                             ELSE path.n IS NOT NULL END)
                   AND has_schema_privilege(ns.oid, 'USAGE')
                 ORDER BY path.n LIMIT 1)
                FROM asked a
              UNION ALL
              SELECT b.n, t.typbasetype FROM below b JOIN pg_type t ON t.oid = b.oid WHERE t.typtype = 'd')
            SELECT b.n,
                   bool_or(t.typtype = 'd'
                     AND (t.typnotnull OR EXISTS (SELECT FROM pg_constraint k WHERE k.contypid = t.oid))),
                   bool_or(t.typtype = 'd' AND t.typdefault IS NOT NULL)
              FROM below b JOIN pg_type t ON t.oid = b.oid GROUP BY b.n
            """);

    private CatalogTypes() {}

    /** @return those of the types, as written, that exist */
    static Map<String, TypeFacts> read(HeldSession session, Connection control, Set<String> types)
            throws ServerErrorException, SQLException {
        List<String> asked = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (String type : types) {
            List<String> parts = parts(control, type);
            if (!parts.isEmpty()) {
                String schema = parts.size() > 1 ? PostgresCatalogQuery.literal(parts.get(parts.size() - 2)) : "NULL";
                rows.add("(" + asked.size() + ", " + schema + "::pg_catalog.name, "
                        + PostgresCatalogQuery.literal(parts.getLast()) + "::pg_catalog.name)");
                asked.add(type);
            }
        }
        Map<String, TypeFacts> found = new HashMap<>();
        if (!asked.isEmpty()) {
            for (var row :
                    session.query(QUERY.replace("%s", String.join(", ", rows))).rows()) {
                String type = asked.get(Integer.parseInt(row.getFirst().orElseThrow()));
                found.put(type, facts(isTrue(row.get(1)), isTrue(row.get(2))));
            }
        }
        return found;
    }

    private static TypeFacts facts(boolean constrained, boolean hasDefault) {
        return new TypeFacts(
                true, constrained, Optional.of(ExpressionFacts.VOLATILE).filter(kind -> hasDefault), "");
    }

    private static boolean isTrue(Optional<String> value) {
        return value.filter("t"::equals).isPresent();
    }

    /** Empty for what is no name. */
    private static List<String> parts(Connection control, String type) throws SQLException {
        try (PreparedStatement statement = control.prepareStatement(PARTS)) {
            statement.setString(1, type);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return List.of((String[]) row.getArray(1).getArray());
            }
        } catch (SQLException e) {
            ExpressionProbe.rethrowUnlessRefusal(e);
            return List.of();
        }
    }
}
