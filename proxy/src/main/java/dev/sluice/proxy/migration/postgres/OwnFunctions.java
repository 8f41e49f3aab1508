package dev.sluice.proxy.migration.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells the statements of a plan that make or drop a function in the gateway's schema. The client's role has no right
 * to; they run under the gateway's.
 */
final class OwnFunctions {

    private static final Pattern OWN = Pattern.compile(
            "\\s*(CREATE(\\s+OR\\s+REPLACE)?|DROP)\\s+FUNCTION\\s+(IF\\s+EXISTS\\s+)?\"?sluice\"?\\..*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private OwnFunctions() {}

    static boolean isOwn(String sql) {
        return OWN.matcher(sql).matches();
    }

    /** Drops those that were made for a migration and that nothing uses any more. */
    static void drop(Connection connection, long migration) throws SQLException {
        String find = "SELECT pg_catalog.format('DROP FUNCTION IF EXISTS %s', p.oid::pg_catalog.regprocedure)"
                + " FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
                + " WHERE n.nspname = 'sluice' AND p.proname ~ ? AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d"
                + " WHERE d.refobjid = p.oid AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass)";
        List<String> drops = new ArrayList<>();
        try (PreparedStatement look = connection.prepareStatement(find)) {
            look.setString(1, "_" + migration + "$");
            try (ResultSet row = look.executeQuery()) {
                while (row.next()) {
                    drops.add(row.getString(1));
                }
            }
        }
        try (Statement statement = connection.createStatement()) {
            for (String drop : drops) {
                statement.execute(drop);
            }
        }
    }
}
