package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.SqlText;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;

/**
 * MySQL: a prepared statement keeps the database in which it was prepared, whatever the session has chosen since; so
 * it is judged and carried out there.
 */
public final class WherePrepared {

    private WherePrepared() {}

    /** @param database in which the statement was prepared; empty: in none, so that its text names its own */
    public static Ruling judge(HeldSession session, String database, String sql, Interceptor interceptor)
            throws ServerErrorException {
        String now = session.info().database();
        if (database.isEmpty() || database.equals(now)) {
            return interceptor.judge(session, sql);
        }
        if (now.isEmpty()) {
            return new Ruling.Refuse(ServerError.of(
                    "3D000",
                    1046,
                    "No database selected; the statement was prepared in " + database,
                    "",
                    "Select a database, or prepare it again."));
        }
        use(session, database);
        try {
            return interceptor.judge(session, sql);
        } finally {
            use(session, now);
        }
    }

    private static void use(HeldSession session, String database) throws ServerErrorException {
        session.query(
                "USE " + SqlText.quoteIdentifier(session.info().lexicalRules().dialect(), database));
        session.refresh();
    }
}
