package dev.sluice.proxy.postgres;

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
public record ListenerConfig(
        InetSocketAddress address, String upstream, String environment, String host, int port, Limits limits) {

    /**
     * Bounds on what a client can make the gateway do.
     *
     * @param statementBytes the longest statement text that is gathered to be judged
     * @param queuedBytes how much of what a client pipelines behind a held message is kept before reading stops
     * @param sessions clients at once
     * @param startupTimeout from the first byte to the end of authentication
     * @param connectTimeout for the connection to the server
     * @param goneTimeout how soon the statement of a client that is gone is cancelled
     */
    public record Limits(
            int statementBytes,
            int queuedBytes,
            int sessions,
            Duration startupTimeout,
            Duration connectTimeout,
            Duration goneTimeout) {
        public static final Limits DEFAULTS = new Limits(
                16 << 20, 1 << 20, 10_000, Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofSeconds(4));

        public Limits withStatementBytes(int bytes) {
            return new Limits(bytes, queuedBytes, sessions, startupTimeout, connectTimeout, goneTimeout);
        }

        public Limits withStartupTimeout(Duration timeout) {
            return new Limits(statementBytes, queuedBytes, sessions, timeout, connectTimeout, goneTimeout);
        }

        public Limits withSessions(int count) {
            return new Limits(statementBytes, queuedBytes, count, startupTimeout, connectTimeout, goneTimeout);
        }
    }
}
