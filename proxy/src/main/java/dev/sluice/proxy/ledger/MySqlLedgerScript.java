package dev.sluice.proxy.ledger;

import java.util.List;

/**
 * The ledger's installation on MySQL 8.0 and later and MariaDB 10.6 and later: a database {@code sluice} of its own, one
 * for the whole server. May be run again at any time, and by several at once. Only the gateway's user needs to get at it.
 */
public final class MySqlLedgerScript {

    /** Counted up with each change. */
    static final int VERSION = 3;

    private static final List<String> STATEMENTS = List.of(
            "CREATE DATABASE IF NOT EXISTS sluice CHARACTER SET utf8mb4",
            """
            CREATE TABLE IF NOT EXISTS sluice.settings (
              name VARCHAR(64) NOT NULL PRIMARY KEY,
              value VARCHAR(255) NOT NULL
            ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin""",
            """
            CREATE TABLE IF NOT EXISTS sluice.migrations (
              id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
              state VARCHAR(32) NOT NULL DEFAULT 'proposed',
              wanted VARCHAR(16) NOT NULL DEFAULT 'run',
              expanding TINYINT NOT NULL DEFAULT 0,
              target_schema VARCHAR(64) NOT NULL,
              target_name VARCHAR(64) NOT NULL,
              statement LONGTEXT NOT NULL,
              plan LONGTEXT NOT NULL,
              requested_by VARCHAR(255) NOT NULL,
              search_path TEXT NOT NULL,
              session TEXT NOT NULL,
              phase_index INT NOT NULL DEFAULT 0,
              step_index INT NOT NULL DEFAULT 0,
              step_cursor LONGTEXT NOT NULL,
              phase VARCHAR(16) NOT NULL DEFAULT 'expand',
              rows_done BIGINT NOT NULL DEFAULT 0,
              rows_total BIGINT NOT NULL DEFAULT 0,
              rows_per_second DOUBLE NOT NULL DEFAULT 0,
              max_rows_per_second BIGINT NOT NULL DEFAULT 0,
              reason TEXT NOT NULL,
              sql_state VARCHAR(5),
              error TEXT,
              owner VARCHAR(255) NOT NULL DEFAULT '',
              epoch BIGINT NOT NULL DEFAULT 0,
              lease_until DATETIME(6),
              created_at DATETIME(6) NOT NULL,
              updated_at DATETIME(6) NOT NULL,
              ended_at DATETIME(6),
              KEY state (state)
            ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin""",
            """
            CREATE TABLE IF NOT EXISTS sluice.phases (
              migration BIGINT NOT NULL,
              phase VARCHAR(16) NOT NULL,
              begun_at DATETIME(6) NOT NULL,
              rows_before BIGINT NOT NULL,
              PRIMARY KEY (migration, phase)
            ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin""",
            """
            CREATE TABLE IF NOT EXISTS sluice.backfill_ranges (
              migration BIGINT NOT NULL,
              phase_index INT NOT NULL,
              step_index INT NOT NULL,
              number INT NOT NULL,
              step_cursor LONGTEXT NOT NULL,
              rows_done BIGINT NOT NULL,
              PRIMARY KEY (migration, phase_index, step_index, number)
            ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin""",
            "INSERT INTO sluice.settings (name, value) VALUES ('version', '" + VERSION
                    + "') ON DUPLICATE KEY UPDATE value = '" + VERSION + "'");

    /** Made when the first statement waits for somebody's approval. Its numbers are the migrations' own. */
    static final String APPROVALS = """
            CREATE TABLE IF NOT EXISTS sluice.approvals (
              id BIGINT NOT NULL PRIMARY KEY,
              state VARCHAR(32) NOT NULL,
              fingerprint VARCHAR(64) NOT NULL,
              target TEXT NOT NULL,
              statement LONGTEXT NOT NULL,
              why TEXT NOT NULL,
              requested_by VARCHAR(255) NOT NULL,
              session TEXT NOT NULL,
              decided_by VARCHAR(255) NOT NULL,
              reason TEXT NOT NULL,
              valid_until DATETIME(6),
              created_at DATETIME(6) NOT NULL,
              updated_at DATETIME(6) NOT NULL,
              KEY fingerprint (fingerprint)
            ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin""";

    /** Where gateways tell one another what they do and see, and the budget that they share. Made when first needed. */
    static final List<String> PEERS = List.of("""
            CREATE TABLE IF NOT EXISTS sluice.gateways (
              name VARCHAR(255) NOT NULL PRIMARY KEY,
              seen_at DATETIME(6) NOT NULL,
              at_work INT NOT NULL,
              latency_factor DOUBLE NOT NULL
            ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin""", """
            CREATE TABLE IF NOT EXISTS sluice.budgets (
              name VARCHAR(64) NOT NULL PRIMARY KEY,
              paid_until DATETIME(6) NOT NULL
            ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin""");

    private MySqlLedgerScript() {}

    static List<String> statements() {
        return STATEMENTS;
    }

    /**
     * The script as an administrator runs it.
     *
     * @param gatewayUser the gateway's user, {@code 'sluice'@'%'}, who is given what it needs; empty: it runs it itself
     */
    public static String printed(String gatewayUser) {
        String script = String.join(";\n", STATEMENTS) + ";\n" + String.join(";\n", PEERS) + ";\n";
        return gatewayUser.isEmpty()
                ? script
                : script + "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON sluice.* TO " + gatewayUser
                        + ";\n";
    }
}
