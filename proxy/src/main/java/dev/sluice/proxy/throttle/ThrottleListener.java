package dev.sluice.proxy.throttle;

import java.util.Set;

/** Hears when the backfills of an upstream stop, and when they go on. Called by the sampler; must not block for long. */
public interface ThrottleListener {

    ThrottleListener NONE = new ThrottleListener() {
        @Override
        public void stopped(String upstream, Reading deciding, Set<Pacer.Work> atWork) {}

        @Override
        public void wentOn(String upstream, Reading deciding, Set<Pacer.Work> atWork) {}
    };

    /** @param deciding the signal that has reached its hard limit */
    void stopped(String upstream, Reading deciding, Set<Pacer.Work> atWork);

    /** @param deciding the signal that had stopped them, as it was read last */
    void wentOn(String upstream, Reading deciding, Set<Pacer.Work> atWork);
}
