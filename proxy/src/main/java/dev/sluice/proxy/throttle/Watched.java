package dev.sluice.proxy.throttle;

import java.util.Locale;

/** The signals that the gateway knows how to read, with the limits that hold where the configuration says nothing. */
public enum Watched {
    /** The foreground's latency over what it usually is. */
    FOREGROUND_LATENCY(Unit.FACTOR, 1.125, 2, true),
    /** How far a standby's or replica's replay is behind. */
    REPLICATION_LAG(Unit.SECONDS, 1, 2, true),
    /** For how long a standby that has something to replay has not come forward. */
    REPLICATION_STALL(Unit.SECONDS, 0.6, 1.2, true),
    /** Write-ahead log that the server keeps for a replication slot. */
    SLOT_WAL(Unit.BYTES, 8L << 30, 32L << 30, true),
    /** Write-ahead log written by everybody. */
    WAL_RATE(Unit.BYTES_PER_SECOND, 64L << 20, 256L << 20, false),
    /** Client sessions at work; {@code Threads_running} on MySQL. */
    ACTIVE_SESSIONS(Unit.COUNT, 50, 100, false),
    /** Checkpoints that were requested: because more was written than {@code max_wal_size}, or by somebody. */
    CHECKPOINTS(Unit.PER_MINUTE, 6, 30, true),
    /** Vacuum or another maintenance of the table that is filled. */
    AUTOVACUUM(Unit.COUNT, 0, Double.POSITIVE_INFINITY, true),
    /** Transactions since the oldest snapshot that somebody holds: dead rows younger than it stay. */
    OLDEST_SNAPSHOT(Unit.COUNT, 10_000_000, 100_000_000, true),
    /** Sessions that wait for a lock of a batch. */
    LOCK_WAITS(Unit.COUNT, 0, 4, true),
    /** The server's connections in use. */
    CONNECTIONS(Unit.PERCENT, 85, 95, true),
    /** Threads that wait for one of the gateway's own control connections. */
    POOL_WAITS(Unit.COUNT, 0, 4, true),
    /** Undo that InnoDB has not purged. */
    HISTORY_LIST(Unit.COUNT, 100_000, 1_000_000, true),
    /** InnoDB's dirty pages. */
    DIRTY_PAGES(Unit.PERCENT, 75, 90, true),
    /** Group replication's queues over the threshold of its flow control, and Galera's pauses. */
    FLOW_CONTROL(Unit.PERCENT, 50, 100, true);

    private final Unit unit;
    private final double slowAbove;
    private final double stopAt;
    private final boolean on;

    Watched(Unit unit, double slowAbove, double stopAt, boolean on) {
        this.unit = unit;
        this.slowAbove = slowAbove;
        this.stopAt = stopAt;
        this.on = on;
    }

    /** As users write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Unit unit() {
        return unit;
    }

    /** Whether the server is asked for it; the gateway knows the others itself. */
    public boolean ofServer() {
        return this != FOREGROUND_LATENCY && this != POOL_WAITS;
    }

    /** Whether it is watched where the configuration does not say so. */
    public boolean on() {
        return on;
    }

    public Signal byDefault() {
        return new Signal(word(), unit, slowAbove, stopAt, false, false);
    }
}
