package dev.sluice.proxy.migration.postgres;

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
}
