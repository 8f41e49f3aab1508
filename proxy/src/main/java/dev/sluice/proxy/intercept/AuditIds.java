package dev.sluice.proxy.intercept;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers that tie the records of one statement together, different from those of an earlier run. Thread-safe. */
final class AuditIds {

    private final String prefix;
    private final AtomicLong last = new AtomicLong();

    AuditIds(Clock clock) {
        this.prefix = Long.toString(clock.millis(), 36);
    }

    String next() {
        return prefix + "-" + last.incrementAndGet();
    }
}
