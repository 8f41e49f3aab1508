package dev.sluice.proxy.config;

import dev.sluice.proxy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Everything that is configured. Immutable, consistent: each listener's upstream exists and speaks its protocol.
 *
 * @param gateway this gateway's name in ledgers and logs
 * @param operators roles that may change migrations; {@code *} for every role
 * @param maxStatementBytes longest statement text that is gathered to be judged
 * @param drainTimeout how long sessions may go on after SIGTERM
 * @param logLevel of the gateway's own log: error, warn, info, debug or trace
 */
public record Configuration(
        String gateway,
        List<ListenerConfig> listeners,
        Map<String, UpstreamConfig> upstreams,
        PolicyConfig policies,
        List<String> operators,
        LockConfig lock,
        CompletionConfig completion,
        ThrottleSettings throttle,
        AuditConfig audit,
        HttpConfig http,
        int maxStatementBytes,
        Duration drainTimeout,
        String logLevel) {

    public static final int DEFAULT_MAX_STATEMENT_BYTES = 16 << 20;
    public static final Duration DEFAULT_DRAIN_TIMEOUT = Duration.ofSeconds(20);

    public Configuration {
        listeners = List.copyOf(listeners);
        upstreams = Map.copyOf(upstreams);
        operators = List.copyOf(operators);
    }

    /** The same with another policy and other limits. */
    public Configuration with(PolicyConfig otherPolicies, ThrottleSettings otherThrottle) {
        return new Configuration(
                gateway,
                listeners,
                upstreams,
                otherPolicies,
                operators,
                lock,
                completion,
                otherThrottle,
                audit,
                http,
                maxStatementBytes,
                drainTimeout,
                logLevel);
    }

    /** The upstream that a listener leads to. */
    public UpstreamConfig upstreamOf(ListenerConfig listener) {
        UpstreamConfig upstream = upstreams.get(listener.upstream());
        if (upstream == null) {
            throw new IllegalArgumentException("no upstream " + listener.upstream());
        }
        return upstream;
    }
}
