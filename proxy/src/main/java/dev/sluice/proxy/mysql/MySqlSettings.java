package dev.sluice.proxy.mysql;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * What a listener must know.
 *
 * @param address where clients connect; port 0 takes a free one
 * @param upstream the upstream's name in the configuration
 * @param environment the upstream's environment, empty when it has none
 * @param host the server's host name or address
 * @param port the server's port
 * @param limits what is granted to clients
 */
public record MySqlSettings(
        InetSocketAddress address, String upstream, String environment, String host, int port, Limits limits) {

    /**
     * Bounds on what a client can make the gateway do.
     *
     * @param localInfile whether LOAD DATA LOCAL is relayed
     * @param statementBytes the longest statement that is gathered to be looked at
     * @param queuedBytes what a client may send ahead while a statement of its own is held
     * @param sessions clients at once
     * @param connectTimeout for the connection to the server
     */
    public record Limits(
            boolean localInfile, int statementBytes, int queuedBytes, int sessions, Duration connectTimeout) {
        public static final Limits DEFAULTS = new Limits(false, 16 << 20, 1 << 20, 10_000, Duration.ofSeconds(10));

        public Limits withLocalInfile(boolean relayed) {
            return new Limits(relayed, statementBytes, queuedBytes, sessions, connectTimeout);
        }

        public Limits withStatementBytes(int bytes) {
            return new Limits(localInfile, bytes, queuedBytes, sessions, connectTimeout);
        }

        public Limits withSessions(int count) {
            return new Limits(localInfile, statementBytes, queuedBytes, count, connectTimeout);
        }
    }
}
