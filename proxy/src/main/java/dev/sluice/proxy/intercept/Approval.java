package dev.sluice.proxy.intercept;

import dev.sluice.policies.judge.Decision;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditException;
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
    private final StatementTrail trail;
    private final DatabaseRef database;
    private final AuditEvent.Who who;
    private final Duration configured;

    /** @param configured how long a client waits for an approval where no policy says otherwise */
    Approval(Approvals approvals, StatementTrail trail, HeldMessage message, Duration configured) {
        this.approvals = approvals;
        this.trail = trail;
        this.database = message.database();
        this.who = message.who();
        this.configured = configured;
    }

    /**
     * An approval that lets a statement pass, used up.
     *
     * @param waited whether that took a while, in which the facts may have changed
     */
    record Granted(long id, boolean waited) {}

    /** How long a client waits for this approval, in a session where it holds up nobody. */
    Duration patience(Decision decision) {
        return decision.approval().map(mode -> mode.patience(configured)).orElse(configured);
    }

    /**
     * Uses up the approval that lets the statement pass; refused when there is none.
     *
     * @param patience how long the client waits for one; zero: it gets an error at once
     */
    Granted of(HeldSession session, Judgement judgement, Effects effects, Duration patience)
            throws MigrationException, RefusedException, AuditException {
        String fingerprint = Fingerprint.of(judgement.text(), judgement.facts());
        Optional<Long> taken = approvals.take(database, who.user(), fingerprint);
        if (taken.isPresent()) {
            used(judgement, taken.get());
            return new Granted(taken.get(), false);
        }
        lapse(judgement, fingerprint);
        long request = approvals.request(new Approvals.Request(
                database,
                judgement.text(),
                judgement.decision(),
                fingerprint,
                who.user(),
                who.client() + " " + who.application()));
        String id = trail.newId();
        trail.append(List.of(effects.attempt(id, judgement, List.of(), Optional.of(request))));
        if (patience.isPositive()) {
            Optional<Long> approved = await(session, judgement.decision(), request, fingerprint, patience);
            if (approved.isPresent()) {
                used(judgement, approved.get());
                return new Granted(approved.get(), true);
            }
        }
        ServerError error = patience.isPositive()
                ? Refusals.approvalTimedOut(judgement.decision(), request)
                : Refusals.parked(judgement.decision(), request);
        trail.outcome(id, who, "parked", error);
        throw new RefusedException(error);
    }

    /** Somebody has approved what is no longer so. */
    private void lapse(Judgement judgement, String fingerprint) throws MigrationException {
        for (long id : approvals.lapse(database, who.user(), judgement.text(), fingerprint)) {
            trail.keep(new AuditEvent.Operation(
                    who, judgement.text(), Optional.of(id), "what it was asked for has changed since", "lapsed", ""));
        }
    }

    private void used(Judgement judgement, long id) throws AuditException {
        trail.append(List.of(new AuditEvent.Operation(
                who, judgement.text(), Optional.of(id), "the statement passes, this once", "used", "")));
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

    private Optional<Long> await(
            HeldSession session, Decision decision, long request, String fingerprint, Duration patience)
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
                if (!session.waitsInSight("waits for approval of request " + request, POLL)) {
                    Thread.sleep(POLL);
                }
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
