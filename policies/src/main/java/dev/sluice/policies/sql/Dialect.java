package dev.sluice.policies.sql;

/** A database product, as far as its SQL differs from the others'. */
public enum Dialect {
    POSTGRES,
    MYSQL,
    MARIADB;

    /** Whether this is MySQL or MariaDB, which share a protocol and most of their lexical rules. */
    public boolean isMySqlFamily() {
        return this != POSTGRES;
    }
}
