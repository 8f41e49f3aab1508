package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which tables a MySQL session has itself created and that are still empty. Schema changes commit one by one there, so a
 * migration tool that creates a table and then its foreign keys does so in plain sight; nobody works with the table yet.
 * On PostgreSQL the transaction tells, see {@link CreatedHere}.
 *
 * <p>Kept for the sessions and tables of late; what is forgotten is judged as any other table. Thread-safe.
 */
final class SessionTables {

    private static final int TABLES = 1024;

    private final RecentSessions<Set<QualifiedName>> bySession = new RecentSessions<>(HashSet::new);

    /** @param table with its schema */
    synchronized void created(long session, QualifiedName table) {
        Set<QualifiedName> tables = bySession.of(session);
        if (tables.size() < TABLES) {
            tables.add(table);
        }
    }

    private synchronized Set<QualifiedName> of(long session) {
        return Set.copyOf(bySession.of(session));
    }

    /** By the names in the statement and by their real ones. */
    Set<QualifiedName> stillEmpty(HeldSession session, Facts facts) throws ServerErrorException {
        Set<QualifiedName> own = of(session.info().id());
        Set<QualifiedName> empty = new HashSet<>();
        for (Map.Entry<QualifiedName, RelationFacts> entry : facts.relations().entrySet()) {
            QualifiedName real = entry.getValue().name();
            if (own.contains(real) && session.query(anyRowOf(real)).rows().isEmpty()) {
                empty.add(entry.getKey());
                empty.add(real);
            }
        }
        return empty;
    }

    private static String anyRowOf(QualifiedName table) {
        return "SELECT 1 FROM " + SqlText.quoteQualified(Dialect.MYSQL, table.schema(), table.name()) + " LIMIT 1";
    }
}
