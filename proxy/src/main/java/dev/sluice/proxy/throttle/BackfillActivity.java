package dev.sluice.proxy.throttle;

/** What backfills do while latencies are learnt. */
public enum BackfillActivity {
    /** Nobody has one. Whatever latency is now is the usual. */
    NONE,
    /** There is one, and it stands, or as good as. */
    RESTING,
    /** One is at work. */
    WORKING
}
