package dev.sluice.proxy.intercept;

import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditException;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.SessionInfo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What interception writes into the audit trail: the attempt of a statement and its outcome, tied together by a number.
 * Thread-safe.
 */
final class StatementTrail {

    private final AuditLog log;
    private final Clock clock;
    private final String prefix;
    private final AtomicLong last = new AtomicLong();

    StatementTrail(AuditLog log, Clock clock) {
        this.log = log;
        this.clock = clock;
        this.prefix = Long.toString(clock.millis(), 36);
    }

    /** A number for the records of one statement, different from those of an earlier run. */
    String newId() {
        return prefix + "-" + last.incrementAndGet();
    }

    Instant now() {
        return clock.instant();
    }

    static AuditEvent.Who who(SessionInfo info, String role) {
        return new AuditEvent.Who(
                info.id(),
                info.upstream(),
                info.database(),
                info.user(),
                role,
                info.clientAddress(),
                info.application());
    }

    /** Returns once it is on disk; what may only happen when it is on record comes after. */
    void append(List<? extends AuditEvent> events) throws AuditException {
        log.append(List.copyOf(events));
    }

    /** Writes what has happened already, now or as soon as the trail can be written again. */
    void keep(AuditEvent event) {
        log.appendOrKeep(event);
    }

    /** How a statement ended that was sent. */
    void outcome(Sent sent, String result, String sqlState, String message) {
        keep(new AuditEvent.Outcome(
                sent.auditId(), sent.who(), result, sqlState, message, Duration.between(sent.at(), now())));
    }

    /** How a statement ended that was not sent. */
    void outcome(String id, AuditEvent.Who who, String result, String sqlState, String message) {
        keep(new AuditEvent.Outcome(id, who, result, sqlState, message, Duration.ZERO));
    }

    void outcome(String id, AuditEvent.Who who, String result, ServerError error) {
        outcome(id, who, result, error.sqlState(), error.message());
    }
}
