package dev.sluice.policies.sql;

import java.util.Comparator;

/**
 * The version of a server, as far as its abilities depend on it.
 *
 * @param dialect the product
 * @param major first number: 18 of PostgreSQL 18.6, 8 of MySQL 8.0.36
 * @param minor second number: 6 of PostgreSQL 18.6, 0 of MySQL 8.0.36
 * @param patch third number, 0 where there is none
 */
public record ServerVersion(Dialect dialect, int major, int minor, int patch) implements Comparable<ServerVersion> {

    private static final Comparator<ServerVersion> ORDER = Comparator.comparing(ServerVersion::dialect)
            .thenComparingInt(ServerVersion::major)
            .thenComparingInt(ServerVersion::minor)
            .thenComparingInt(ServerVersion::patch);

    public static ServerVersion postgres(int major) {
        return new ServerVersion(Dialect.POSTGRES, major, 0, 0);
    }

    public static ServerVersion mysql(int major, int minor, int patch) {
        return new ServerVersion(Dialect.MYSQL, major, minor, patch);
    }

    public static ServerVersion mariadb(int major, int minor, int patch) {
        return new ServerVersion(Dialect.MARIADB, major, minor, patch);
    }

    /** Whether this version is the given one or a later one of the same product. */
    public boolean atLeast(int wantedMajor, int wantedMinor, int wantedPatch) {
        return compareTo(new ServerVersion(dialect, wantedMajor, wantedMinor, wantedPatch)) >= 0;
    }

    /** Whether this version is of the given major or a later one of the same product. */
    public boolean atLeast(int wantedMajor) {
        return major >= wantedMajor;
    }

    /** The number that MySQL's executable comments compare with: 80036 for 8.0.36, 110405 for 11.4.5. */
    public int commentNumber() {
        return major * 10_000 + minor * 100 + patch;
    }

    @Override
    public int compareTo(ServerVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return dialect + " " + major + "." + minor + (dialect == Dialect.POSTGRES ? "" : "." + patch);
    }
}
