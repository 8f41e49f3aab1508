package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.dml.NotBatchedException;
import dev.sluice.policies.dml.TableWrite;
import dev.sluice.policies.dml.TableWriteReader;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.rule.Finding;
import dev.sluice.policies.sql.Directives.Completion;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditException;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.catalog.TableWriteFacts;
import dev.sluice.proxy.intercept.UnboundedWrites.Batched;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.HeldSession.Notice;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Carries one UPDATE or DELETE out in batches: proves that it may be, puts it into the ledger, and answers with the rows of
 * all batches once the last one has committed. Thread-safe; blocks.
 */
final class BatchedWrite {

    private final UnboundedWrites writes;
    private final Migrations migrations;
    private final AuditLog audit;
    private final InterceptorSettings settings;
    private final Clock clock;

    BatchedWrite(
            UnboundedWrites writes, Migrations migrations, AuditLog audit, InterceptorSettings settings, Clock clock) {
        this.writes = writes;
        this.migrations = migrations;
        this.audit = audit;
        this.settings = settings;
        this.clock = clock;
    }

    Ruling run(HeldSession session, Batched found, DatabaseRef database, AuditEvent.Who who, SessionState state)
            throws RefusedException, MigrationException, AuditException, ServerErrorException {
        TableWrite write;
        String plan;
        try {
            write = TableWriteReader.read(found.text(), session.info().lexicalRules());
            plan = writes.reading(session).plan(session, write);
        } catch (NotBatchedException e) {
            throw writes.refused(found, who, "batches would not do the same: " + e.why(), hint());
        } catch (ServerErrorException e) {
            // What the server does not accept it refuses best by itself.
            return new Ruling.Forward();
        }
        TableWriteFacts facts = writes.reading(session).facts(session, write, plan);
        if (!facts.obstacles().isEmpty()) {
            throw writes.refused(
                    found, who, "batches would not do the same: " + String.join("; ", facts.obstacles()), hint());
        }
        Step.Batches step = step(session, found, write, facts);
        Migrations.Proposal proposal = migrations.propose(new Migrations.Request(
                database,
                found.text(),
                decision(found, write, step),
                who.role(),
                who.user() + " " + who.client() + " " + who.application(),
                facts.searchPath()));
        long id = proposal.id();
        String sent = step.head() + " WHERE (" + step.condition() + ") AND …";
        audit.append(List.of(writes.attempt(
                found, who, "phase", "It is carried out in batches by key.", List.of(sent), Optional.of(id))));
        // From here on the ledger has it, and whichever gateway lives carries it out. The client's own transaction has
        // no
        // part in it: in the extended protocol it ends only behind this answer.
        migrations.expanding(database, id);
        migrations.expanded(database, id);
        boolean waits = found.statement()
                        .directives()
                        .completion()
                        .or(state::completion)
                        .orElse(Completion.WAIT)
                == Completion.WAIT;
        Sent record = new Sent(
                found.auditId(),
                who,
                database,
                found.text(),
                Optional.of(found.table()),
                Optional.of(id),
                Optional.empty(),
                Optional.empty(),
                true,
                waits,
                clock.instant());
        return waits ? waited(session, write, record, id) : left(session, write, record, id);
    }

    private static String hint() {
        return "Write it in batches yourself, or have the policy let it pass.";
    }

    private static Step.Batches step(HeldSession session, Batched found, TableWrite write, TableWriteFacts facts) {
        boolean mySql = session.info().lexicalRules().dialect().isMySqlFamily();
        Map<String, String> moments = facts.moments();
        return new Step.Batches(
                found.table(),
                facts.key(),
                write.from(
                        mySql || facts.partitioned() ? "" : "ONLY ",
                        found.table().schema().orElse("")),
                write.assignments(moments),
                write.condition(moments),
                facts.settings(),
                session.countsMatchedRows());
    }

    private static Decision decision(Batched found, TableWrite write, Step.Batches step) {
        String why = "A whole table is written in one transaction.";
        Finding finding = new Finding(
                UnboundedWrites.RULE,
                Action.REWRITE,
                new SourceText(found.text(), 0, found.text().length()),
                why,
                "It is carried out in batches.",
                Optional.of(found.setting().decidedBy()));
        Phase phase = new Phase(
                PhaseName.BACKFILL,
                List.of(step),
                "ROW EXCLUSIVE",
                false,
                Math.max(0, found.rows()),
                "what is committed stays, whatever becomes of the rest");
        Plan plan = new Plan(Optional.of(found.table()), write.assigned(), List.of(phase), List.of());
        return new Decision(Verdict.PHASE, List.of(finding), "It is carried out in batches.", why, plan);
    }

    // ---- answers -------------------------------------------------------------------------------------------------

    private Ruling left(HeldSession session, TableWrite write, Sent sent, long id) throws MigrationException {
        try {
            migrations.await(sent.database(), id, Duration.ZERO, begun -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        session.notice(new Notice(
                "NOTICE",
                "00000",
                "migration " + id + " carries the statement out",
                "Its rows are counted there, not in this answer.",
                "SHOW SLUICE MIGRATION " + id + " shows it."));
        record(sent, "committed", "", "the migration goes on");
        return answer(session, write, 0);
    }

    private Ruling waited(HeldSession session, TableWrite write, Sent sent, long id) throws MigrationException {
        try {
            return switch (new CompletionWait(migrations, settings, session).until(sent, id)) {
                case CompletionWait.End.Complete complete -> {
                    record(sent, "complete", "", complete.migration().rowsDone() + " rows");
                    yield answer(session, write, complete.migration().rowsDone());
                }
                case CompletionWait.End.Failed failed -> {
                    Migration now = failed.migration();
                    yield error(sent, "failed", now.sqlState().orElse("XX000"), CompletionWait.message(now), now);
                }
                case CompletionWait.End.Cancelled cancelled ->
                    error(sent, "cancelled", "57014", "migration " + id + " was cancelled", cancelled.migration());
                case CompletionWait.End.Abandoned abandoned ->
                    error(
                            sent,
                            "committed",
                            "57014",
                            "canceling the wait due to user request; migration " + id + " goes on",
                            abandoned.migration());
                case CompletionWait.End.GoesOn on ->
                    error(
                            sent,
                            "committed",
                            "57014",
                            "the statement takes longer than its answer may wait; migration " + id + " goes on",
                            on.migration());
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Ruling.Refuse(CompletionWait.abandoned(
                    migrations.find(sent.database(), id).orElseThrow()));
        }
    }

    /** There is no success to report, but what is committed stays: the client must know of it. */
    private Ruling error(Sent sent, String result, String sqlState, String message, Migration now) {
        record(sent, result, sqlState, message);
        String hint = switch (now.state()) {
            case CANCELLED, COMPLETE -> "";
            case FAILED ->
                "ALTER SLUICE MIGRATION " + now.id() + " RETRY goes on behind the last batch, CANCEL leaves it there.";
            case AWAITING_APPROVAL, READY, RUNNING, PAUSED, THROTTLED ->
                "SHOW SLUICE MIGRATION " + now.id() + " shows it; ALTER SLUICE MIGRATION " + now.id()
                        + " CANCEL stops it behind the batch it is in.";
        };
        return new Ruling.Refuse(ServerError.of(
                sqlState,
                1317,
                message,
                String.format(Locale.ROOT, "%d rows are written and committed.", now.rowsDone()),
                hint));
    }

    private static Ruling answer(HeldSession session, TableWrite write, long rows) {
        return session.info().lexicalRules().dialect().isMySqlFamily()
                ? new Ruling.Executed(List.of(new Ruling.Part.Ok(rows, 0, "")))
                : new Ruling.Answer(List.of(), List.of(), write.verb() + " " + rows);
    }

    private void record(Sent sent, String result, String sqlState, String message) {
        audit.appendOrKeep(new AuditEvent.Outcome(
                sent.auditId(), sent.who(), result, sqlState, message, Duration.between(sent.at(), clock.instant())));
    }
}
