package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which tables the client's open transaction has itself created: nobody else sees them, so nobody waits for them.
 *
 * <p>The server is asked rather than remembered, so that savepoints, functions and other gateways' ideas do not matter:
 * the catalog's row of the system column {@code tableoid} is written once, by the transaction that creates the table, and
 * a row that one sees of a transaction still in progress is one's own.
 */
final class CreatedHere {

    private static final String QUERY = """
            SELECT a.attrelid
              FROM pg_catalog.pg_attribute a,
                   pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot()) AS s(x)
             WHERE a.attnum OPERATOR(pg_catalog.=) (-6) AND a.attrelid OPERATOR(pg_catalog.=) ANY ('{%s}'::pg_catalog.oid[])
               AND CASE WHEN pg_catalog.age(a.xmin) OPERATOR(pg_catalog.>=) 2147483647 THEN false
                   ELSE pg_catalog.txid_status(
                     (s.x OPERATOR(pg_catalog./) 4294967296) OPERATOR(pg_catalog.*) 4294967296
                     OPERATOR(pg_catalog.+) a.xmin::pg_catalog.text::pg_catalog.int8
                     OPERATOR(pg_catalog.-) CASE
                       WHEN a.xmin::pg_catalog.text::pg_catalog.int8 OPERATOR(pg_catalog.-)
                            (s.x OPERATOR(pg_catalog.%%) 4294967296) OPERATOR(pg_catalog.>) 2147483648
                         AND s.x OPERATOR(pg_catalog.>=) 4294967296
                       THEN 4294967296 ELSE 0 END) OPERATOR(pg_catalog.=) 'in progress' END""";

    private CreatedHere() {}

    /** By the names in the statement and by their real ones. */
    static Set<QualifiedName> read(HeldSession session, Facts facts) throws ServerErrorException {
        String ids = facts.relations().values().stream()
                .map(RelationFacts::id)
                .filter(id -> id > 0)
                .map(Object::toString)
                .collect(Collectors.joining(","));
        if (ids.isEmpty()) {
            return Set.of();
        }
        QueryResult result = session.query(QUERY.formatted(ids));
        Set<String> own =
                result.rows().stream().map(row -> row.getFirst().orElse("")).collect(Collectors.toSet());
        Set<QualifiedName> names = new HashSet<>();
        facts.relations().forEach((name, relation) -> {
            if (own.contains(Long.toString(relation.id()))) {
                names.add(name);
                names.add(relation.name());
            }
        });
        return names;
    }
}
