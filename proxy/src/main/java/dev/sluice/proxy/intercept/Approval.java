package dev.sluice.proxy.intercept;

import dev.sluice.policies.plan.Decision;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditException;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.migration.Approvals;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.HeldSession.Notice;
import dev.sluice.proxy.session.ServerError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Parks a statement until somebody else approves it. The client gets an error with the request's number at once, or is
 * held for a while where policy says so. Serves one message; not thread-safe.
 */
final class Approval {

    private static final Duration POLL = Duration.ofMillis(500);

    private final Approvals approvals;
    private final AuditLog audit;
    private final AuditIds ids;
    private final DatabaseRef database;
    private final AuditEvent.Who who;
    private final Duration patience;

    Approval(
            Approvals approvals,
            AuditLog audit,
            AuditIds ids,
            DatabaseRef database,
            AuditEvent.Who who,
            Duration patience) {
        this.approvals = approvals;
        this.audit = audit;
        this.ids = ids;
        this.database = database;
        this.who = who;
        this.patience = patience;
    }

    AuditEvent.Who who() {
        return who;
    }

    /** The number of the approval that lets the statement pass, used up by this call; refused when there is none. */
    long of(HeldSession session, Judgement judgement, Effects effects, boolean mayWait)
            throws MigrationException, RefusedException, AuditException {
        String fingerprint = Fingerprint.of(judgement.text(), judgement.facts());
        Optional<Long> taken = approvals.take(database, who.user(), fingerprint);
        if (taken.isPresent()) {
            return taken.get();
        }
        long request = approvals.request(new Approvals.Request(
                database,
                judgement.text(),
                judgement.decision(),
                fingerprint,
                who.user(),
                who.client() + " " + who.application()));
        String id = ids.next();
        audit.append(List.of(effects.attempt(id, judgement, List.of(), Optional.of(request))));
        if (mayWait) {
            Optional<Long> approved = await(session, judgement.decision(), request, fingerprint);
            if (approved.isPresent()) {
                return approved.get();
            }
        }
        ServerError error = mayWait
                ? Refusals.approvalTimedOut(judgement.decision(), request)
                : Refusals.parked(judgement.decision(), request);
        audit.appendOrKeep(new AuditEvent.Outcome(id, who, "parked", error.sqlState(), error.message(), Duration.ZERO));
        throw new RefusedException(error);
    }

    /** Gives back the approvals of statements that did not get through. */
    void giveBack(List<Sent> statements) {
        for (Sent sent : statements) {
            sent.approval().ifPresent(id -> giveBack(approvals, sent.database(), id));
        }
    }

    static void giveBack(Approvals approvals, DatabaseRef database, long id) {
        try {
            approvals.giveBack(database, id);
        } catch (MigrationException e) {
            // The approval is lost with the ledger out of reach: the statement needs another one.
            return;
        }
    }

    private Optional<Long> await(HeldSession session, Decision decision, long request, String fingerprint)
            throws MigrationException {
        session.notice(new Notice(
                "NOTICE",
                "00000",
                "waiting for approval of request " + request + ": " + decision.why(),
                "",
                "An operator approves it with ALTER SLUICE MIGRATION " + request + " APPROVE."));
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline && !session.abandoned()) {
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
            Optional<Long> taken = approvals.take(database, who.user(), fingerprint);
            if (taken.isPresent()) {
                return taken;
            }
        }
        return Optional.empty();
    }
}
