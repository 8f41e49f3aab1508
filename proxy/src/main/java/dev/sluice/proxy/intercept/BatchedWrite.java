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
import dev.sluice.proxy.catalog.TableWriteFacts;
import dev.sluice.proxy.intercept.UnboundedWrites.Batched;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.HeldSession.Notice;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
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
    private final StatementTrail trail;
    private final InterceptorSettings settings;

    BatchedWrite(UnboundedWrites writes, Migrations migrations, StatementTrail trail, InterceptorSettings settings) {
        this.writes = writes;
        this.migrations = migrations;
        this.trail = trail;
        this.settings = settings;
    }

    /** What a statement is made of, once it is known that batches do the same. */
    private record Proof(TableWrite write, TableWriteFacts facts) {}

    Ruling run(HeldMessage message, Batched found)
            throws RefusedException, MigrationException, AuditException, ServerErrorException {
        HeldSession session = message.session();
        Optional<Proof> proof = proof(message, found);
        if (proof.isEmpty()) {
            return new Ruling.Forward();
        }
        TableWrite write = proof.get().write();
        Step.Batches step = step(session, found, write, proof.get().facts());
        long id = migrations.propose(request(message, found, proof.get(), step)).id();
        String sent = step.head() + " WHERE (" + step.condition() + ") AND …";
        trail.append(List.of(writes.attempt(
                found,
                message.who(),
                "phase",
                "It is carried out in batches by key.",
                List.of(sent),
                Optional.of(id))));
        // From here on the ledger has it, and whichever gateway lives carries it out. The client's own transaction has
        // no part in it: in the extended protocol it ends only behind this answer.
        migrations.expanding(message.database(), id);
        migrations.expanded(message.database(), id);
        Sent record = sent(message, found, id);
        return record.waits() ? waited(session, write, record, id) : left(session, write, record, id);
    }

    /**
     * Proves that batches do the same.
     *
     * @return empty when the server does not accept the statement, which it refuses best by itself
     * @throws RefusedException when they do not
     */
    private Optional<Proof> proof(HeldMessage message, Batched found) throws RefusedException, ServerErrorException {
        HeldSession session = message.session();
        TableWrite write;
        String plan;
        try {
            write = TableWriteReader.read(found.text(), session.info().lexicalRules());
            plan = writes.reading(session).plan(session, write);
        } catch (NotBatchedException e) {
            throw notTheSame(message, found, e.why());
        } catch (ServerErrorException e) {
            return Optional.empty();
        }
        TableWriteFacts facts = writes.reading(session).facts(session, write, plan);
        if (!facts.obstacles().isEmpty()) {
            throw notTheSame(message, found, String.join("; ", facts.obstacles()));
        }
        return Optional.of(new Proof(write, facts));
    }

    private RefusedException notTheSame(HeldMessage message, Batched found, String why) {
        return writes.refused(
                found,
                message.who(),
                "batches would not do the same: " + why,
                "Write it in batches yourself, or have the policy let it pass.");
    }

    private static Migrations.Request request(HeldMessage message, Batched found, Proof proof, Step.Batches step) {
        AuditEvent.Who who = message.who();
        return new Migrations.Request(
                message.database(),
                found.text(),
                decision(found, proof.write(), step),
                who.role(),
                who.user() + " " + who.client() + " " + who.application(),
                proof.facts().searchPath());
    }

    private Sent sent(HeldMessage message, Batched found, long migration) {
        Completion completion = found.statement()
                .directives()
                .completion()
                .or(message.state()::completion)
                .orElse(Completion.WAIT);
        return new Sent(
                found.auditId(),
                message.who(),
                message.database(),
                found.text(),
                Optional.of(found.table()),
                Optional.of(migration),
                Optional.empty(),
                Optional.empty(),
                true,
                completion == Completion.WAIT,
                trail.now());
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
        trail.outcome(sent, "committed", "", "the migration goes on");
        return answer(session, write, 0);
    }

    private Ruling waited(HeldSession session, TableWrite write, Sent sent, long id) throws MigrationException {
        try {
            return switch (new CompletionWait(migrations, settings, session).until(sent, id)) {
                case CompletionWait.End.Complete complete -> {
                    trail.outcome(sent, "complete", "", complete.migration().rowsDone() + " rows");
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
        trail.outcome(sent, result, sqlState, message);
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
}
