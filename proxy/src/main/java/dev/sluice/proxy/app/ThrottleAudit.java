package dev.sluice.proxy.app;

import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.ThrottleListener;
import java.util.List;
import java.util.Set;

/** Puts on record when a signal stopped backfills, and when they went on. */
final class ThrottleAudit implements ThrottleListener {

    private final AuditLog audit;

    ThrottleAudit(AuditLog audit) {
        this.audit = audit;
    }

    @Override
    public void stopped(String upstream, Reading deciding, Set<Pacer.Work> atWork) {
        record(upstream, "stopped", deciding, atWork);
    }

    @Override
    public void wentOn(String upstream, Reading deciding, Set<Pacer.Work> atWork) {
        record(upstream, "went on", deciding, atWork);
    }

    private void record(String upstream, String change, Reading deciding, Set<Pacer.Work> atWork) {
        List<String> migrations = atWork.stream()
                .filter(work -> work.migration() > 0)
                .map(work -> work.database() + "#" + work.migration())
                .sorted()
                .toList();
        AuditEvent event = new AuditEvent.Throttled(upstream, change, deciding.name(), deciding.text(), migrations);
        // A full disk must not hold up the one who looks at the signals.
        Thread.ofVirtual().name("audit throttle").start(() -> audit.appendOrKeep(event));
    }
}
