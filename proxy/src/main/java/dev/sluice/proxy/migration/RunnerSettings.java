package dev.sluice.proxy.migration;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * How migrations are run.
 *
 * @param gateway this gateway's name in the ledger; no two that run at once may share it
 * @param lease how long a migration stays with a gateway that no longer answers
 * @param poll how often the ledger is looked at while migrations are under way
 * @param idlePoll how often it is looked at otherwise
 * @param lockTimeout how long a statement queues for a lock that stops others
 * @param lockRetry how long it gives way before it tries again; jittered
 * @param lockPatience how long it tries at that rate, before it tries more rarely
 * @param maxConcurrent most migrations run at once in one database by this gateway
 */
public record RunnerSettings(
        String gateway,
        Duration lease,
        Duration poll,
        Duration idlePoll,
        Duration lockTimeout,
        Duration lockRetry,
        Duration lockPatience,
        int maxConcurrent) {

    /** The contract's defaults, under a name made of host and process. */
    public static RunnerSettings defaults() {
        return new RunnerSettings(
                hostName() + ":" + ProcessHandle.current().pid(),
                Duration.ofSeconds(15),
                Duration.ofMillis(500),
                Duration.ofSeconds(5),
                Duration.ofMillis(50),
                Duration.ofMillis(200),
                Duration.ofMinutes(2),
                8);
    }

    public RunnerSettings withLocks(Duration timeout, Duration retry, Duration patience) {
        return new RunnerSettings(gateway, lease, poll, idlePoll, timeout, retry, patience, maxConcurrent);
    }

    public RunnerSettings withLease(String name, Duration duration) {
        return new RunnerSettings(name, duration, poll, idlePoll, lockTimeout, lockRetry, lockPatience, maxConcurrent);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "gateway";
        }
    }
}
