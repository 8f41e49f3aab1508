package dev.sluice.proxy.cli;

import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.config.JdbcUrl;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Servers by name: {@code postgres}, {@code mysql:8.0.36}. Without a version, the newest that is known. */
public final class Dialects {

    private static final Pattern NAME = Pattern.compile("([a-z]+)(?::(\\d{1,3})(?:\\.(\\d{1,3}))?(?:\\.(\\d{1,3}))?)?");

    private Dialects() {}

    public static ServerVersion version(String text) throws CliException {
        Matcher m = NAME.matcher(text);
        if (!m.matches()) {
            throw unknown(text);
        }
        boolean newest = m.group(2) == null;
        return switch (m.group(1)) {
            case "postgres", "postgresql" -> ServerVersion.postgres(newest ? 18 : number(m, 2));
            case "mysql" ->
                newest ? ServerVersion.mysql(9, 7, 0) : ServerVersion.mysql(number(m, 2), number(m, 3), number(m, 4));
            case "mariadb" ->
                newest
                        ? ServerVersion.mariadb(11, 8, 0)
                        : ServerVersion.mariadb(number(m, 2), number(m, 3), number(m, 4));
            default -> throw unknown(text);
        };
    }

    static ServerVersion ofUrl(String jdbcUrl) throws CliException {
        try {
            return switch (JdbcUrl.parse(jdbcUrl).product()) {
                case POSTGRESQL -> version("postgres");
                case MYSQL -> version("mysql");
                case MARIADB -> version("mariadb");
            };
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, "--against: " + e.getMessage());
        }
    }

    private static int number(Matcher m, int group) {
        return m.group(group) == null ? 0 : Integer.parseInt(m.group(group));
    }

    private static CliException unknown(String text) {
        return new CliException(
                ExitCode.USAGE, "--dialect " + text + ": expected postgres, mysql or mariadb, or such as postgres:14");
    }
}
