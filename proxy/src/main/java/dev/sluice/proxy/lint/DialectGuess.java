package dev.sluice.proxy.lint;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.ServerVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which database files are for, where nobody says so. */
public final class DialectGuess {
    /** So many files tell what the others are. */
    private static final int FILES_MAX = 100;

    private static final Pattern MYSQL = Pattern.compile(
            "`|\\bauto_increment\\b|\\bengine\\s*=|^delimiter\\s|-- mysql dump|\\bunsigned\\b|\\bmodify\\s+column\\b",
            Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    private static final Pattern POSTGRES = Pattern.compile(
            "\\$\\$|::|\\b(bigserial|serial|jsonb|timestamptz|bytea|concurrently|plpgsql|uuid_generate_v4|gen_random_uuid)\\b"
                    + "|\\bnot\\s+valid\\b|^\\\\|postgresql database dump|\\bcreate\\s+extension\\b",
            Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

    private DialectGuess() {}

    /** The dialect that most files speak; PostgreSQL when none shows. */
    public static Dialect of(List<Path> paths) throws IOException {
        int balance = 0;
        for (MigrationFile file :
                MigrationFiles.find(paths).stream().limit(FILES_MAX).toList()) {
            String text = readable(file);
            balance += Boolean.compare(
                    MYSQL.matcher(text).find(), POSTGRES.matcher(text).find());
        }
        return balance > 0 ? Dialect.MYSQL : Dialect.POSTGRES;
    }

    private static String readable(MigrationFile file) {
        try {
            return MigrationFiles.read(file.path());
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * The version that is meant.
     *
     * @param text {@code 16}, {@code 8.0.36}; absent: the newest long-term one
     * @throws IllegalArgumentException no version
     */
    public static ServerVersion version(Dialect dialect, Optional<String> text) {
        if (text.isEmpty()) {
            return switch (dialect) {
                case POSTGRES -> ServerVersion.postgres(18);
                case MYSQL -> ServerVersion.mysql(8, 4, 0);
                case MARIADB -> ServerVersion.mariadb(11, 8, 0);
            };
        }
        String[] parts = text.get().toLowerCase(Locale.ROOT).split("\\.");
        if (parts.length > 3 || !text.get().matches("[0-9]{1,3}(\\.[0-9]{1,3})*")) {
            throw new IllegalArgumentException("a server version is like 16, 8.4 or 8.0.36, not " + text.get());
        }
        return new ServerVersion(dialect, part(parts, 0), part(parts, 1), part(parts, 2));
    }

    private static int part(String[] parts, int i) {
        return i < parts.length ? Integer.parseInt(parts[i]) : 0;
    }
}
