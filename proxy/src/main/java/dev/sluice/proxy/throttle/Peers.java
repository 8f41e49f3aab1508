package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.List;

/**
 * How the gateways in front of one database share what it bears: through its ledger. Blocks; thread-safe.
 *
 * <p>A method that cannot do its work throws an {@link Unreachable}.
 */
public interface Peers {

    /**
     * Another gateway, or this one as it tells the others.
     *
     * @param atWork backfills at work through it, in this database
     * @param latencyFactor the foreground's latency that it sees, over what it usually is; 0: it cannot say
     */
    record Peer(String gateway, int atWork, double latencyFactor) {}

    /** Tells the others of this gateway and hears of those that told something in the last seconds. */
    List<Peer> meet(int atWork, double latencyFactor);

    /**
     * Takes rows from the budget that all gateways share.
     *
     * @return how long until what was taken so far is paid for
     */
    Duration take(long rows, long rowsPerSecond);

    /** The ledger cannot be asked now. */
    final class Unreachable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unreachable(Throwable cause) {
            super(cause);
        }
    }

    /** No other gateways. */
    Peers NONE = new Peers() {
        @Override
        public List<Peer> meet(int atWork, double latencyFactor) {
            return List.of();
        }

        @Override
        public Duration take(long rows, long rowsPerSecond) {
            return Duration.ZERO;
        }
    };
}
