package dev.sluice.proxy.bulk;

import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.proxy.session.BulkPacing;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.throttle.Pacer;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** The applications' own backfills on every upstream, and who of them waits. Thread-safe. */
public final class ApplicationBackfills {

    /** The rule by which a policy judges statements that write a table as a whole. */
    static final String RULE = "unbounded-dml";

    private final Supplier<Policy> policy;
    private final Pacer pacer;
    private final Clock clock;
    private final Set<SessionPacing> followed = ConcurrentHashMap.newKeySet();
    private final Map<String, Totals> totals = new ConcurrentHashMap<>();
    private final Map<String, BriefLoads> briefLoads = new ConcurrentHashMap<>();

    private record Totals(LongAdder rows, LongAdder delayedNanos) {}

    /** @param policy the policy as it is now */
    public ApplicationBackfills(Supplier<Policy> policy, Pacer pacer, Clock clock) {
        this.policy = policy;
        this.pacer = pacer;
        this.clock = clock;
    }

    /** Follows a session that has begun. */
    public BulkPacing pacing(Supplier<SessionInfo> session) {
        return new SessionPacing(this, session, System.nanoTime());
    }

    /** The sessions that have written in bulk, those that wait first. */
    public List<PacedSession> sessions() {
        long now = System.nanoTime();
        return followed.stream()
                .map(one -> one.picture(now))
                .sorted(Comparator.comparing((PacedSession s) -> s.waiting().orElse(Duration.ZERO))
                        .reversed()
                        .thenComparingLong(PacedSession::session))
                .toList();
    }

    /** Sessions of an upstream that are held up right now. */
    public int waiting(String upstream) {
        return (int) sessions().stream()
                .filter(s -> s.upstream().equals(upstream) && s.waiting().isPresent())
                .count();
    }

    /** Rows that such statements have written on an upstream. */
    public long rows(String upstream) {
        return totals(upstream).rows().sum();
    }

    /** For how long sessions of an upstream have been held up, those that wait right now left out. */
    public Duration delayed(String upstream) {
        return Duration.ofNanos(totals(upstream).delayedNanos().sum());
    }

    Policy policy() {
        return policy.get();
    }

    Pacer pacer() {
        return pacer;
    }

    /** Who a session is to the policy. The role is the one that it logged in as. */
    PolicyContext context(SessionInfo info) {
        return info.policyContext(info.user(), clock.instant());
    }

    BriefLoads briefLoads(String upstream) {
        return briefLoads.computeIfAbsent(upstream, name -> new BriefLoads());
    }

    void follow(SessionPacing session) {
        followed.add(session);
    }

    void forget(SessionPacing session) {
        followed.remove(session);
    }

    void wrote(String upstream, long rows) {
        totals(upstream).rows().add(rows);
    }

    void waited(String upstream, long nanos) {
        totals(upstream).delayedNanos().add(nanos);
    }

    private Totals totals(String upstream) {
        return totals.computeIfAbsent(upstream, name -> new Totals(new LongAdder(), new LongAdder()));
    }
}
