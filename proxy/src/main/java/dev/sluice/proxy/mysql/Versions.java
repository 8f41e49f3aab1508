package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.protocol.mysql.Greeting;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the version out of a greeting: {@code 9.7.4}, {@code 8.0.36-28}, {@code 5.5.5-10.6.12-MariaDB-log}. */
final class Versions {

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?");
    private static final String MARIADB_PREFIX = "5.5.5-";

    private Versions() {}

    static ServerVersion of(Greeting greeting) {
        String text = greeting.serverVersion();
        boolean mariaDb = greeting.isMariaDb();
        if (mariaDb && text.startsWith(MARIADB_PREFIX)) {
            text = text.substring(MARIADB_PREFIX.length());
        }
        Matcher numbers = NUMBERS.matcher(text);
        boolean found = numbers.find();
        int major = found ? Integer.parseInt(numbers.group(1)) : 0;
        int minor = found ? Integer.parseInt(numbers.group(2)) : 0;
        int patch = found && numbers.group(3) != null ? Integer.parseInt(numbers.group(3)) : 0;
        return mariaDb ? ServerVersion.mariadb(major, minor, patch) : ServerVersion.mysql(major, minor, patch);
    }
}
