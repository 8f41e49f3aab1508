package dev.sluice.proxy.mysql;

import java.net.InetSocketAddress;

/**
 * What a listener relays to, and its limits.
 *
 * @param address the server, resolved anew for each connection when it is given unresolved
 * @param upstream its name in the configuration
 * @param environment its environment, or empty
 * @param localInfile whether LOAD DATA LOCAL is relayed
 * @param statementLimitBytes the longest statement that is gathered to be looked at
 * @param heldLimitBytes what a client may send ahead while a statement of its own is held
 * @param connectTimeoutMs how long the server may take to accept a connection
 */
public record MySqlSettings(
        InetSocketAddress address,
        String upstream,
        String environment,
        boolean localInfile,
        int statementLimitBytes,
        int heldLimitBytes,
        int connectTimeoutMs) {

    private static final int STATEMENT_LIMIT_BYTES = 16 << 20;
    private static final int HELD_LIMIT_BYTES = 1 << 20;
    private static final int CONNECT_TIMEOUT_MS = 10_000;

    /** The limits that hold where nothing else is configured. */
    public static MySqlSettings of(InetSocketAddress address, String upstream, String environment) {
        return new MySqlSettings(
                address, upstream, environment, false, STATEMENT_LIMIT_BYTES, HELD_LIMIT_BYTES, CONNECT_TIMEOUT_MS);
    }
}
