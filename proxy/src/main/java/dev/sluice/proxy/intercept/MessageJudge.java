package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.rule.Conduct;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.audit.AuditException;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns the schema changes of one message into a ruling: all of them pass, or none. Follows one message; not
 * thread-safe.
 */
final class MessageJudge {

    private final HeldMessage message;
    private final StatementJudge judge;
    private final Effects effects;
    private final Approval approval;
    private final TransactionConduct conduct;
    private final StatementTrail trail;
    private final List<Pending> earlierPending;
    private final Earlier earlier;
    private Optional<HeldLock> lock;

    MessageJudge(
            HeldMessage message,
            StatementJudge judge,
            Effects effects,
            Approval approval,
            TransactionConduct conduct,
            StatementTrail trail) {
        this.message = message;
        this.judge = judge;
        this.effects = effects;
        this.approval = approval;
        this.conduct = conduct;
        this.trail = trail;
        this.earlierPending = conduct.pending(message.session());
        this.lock = conduct.lock(message.session());
        this.earlier = message.earlier();
    }

    Ruling ruling() throws ServerErrorException, MigrationException, AuditException {
        List<StatementText> statements = message.statements();
        try {
            for (int number = 0; number < statements.size(); number++) {
                StatementText statement = statements.get(number);
                switch (statement.kind()) {
                    case SCHEMA_CHANGE, OPAQUE -> schemaChange(statement, number);
                    case TRANSACTION, SETTING, DATA -> passed(statement);
                    case GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE ->
                        throw new RefusedException(Refusals.needsOwnMessage(
                                "a gateway command stands beside other statements",
                                "The gateway answers it by itself."));
                }
            }
            if (effects.sent().isEmpty()) {
                return new Ruling.Forward();
            }
            trail.append(effects.records());
            return effects.ruling();
        } catch (RefusedException e) {
            takeBack();
            return new Ruling.Refuse(e.error());
        } catch (MigrationException | AuditException | ServerErrorException | RuntimeException e) {
            takeBack();
            throw e;
        }
    }

    private void passed(StatementText statement) throws ServerErrorException, RefusedException {
        earlier.passed(statement);
        switch (statement.kind()) {
            case DATA -> {
                if (lock.isPresent()) {
                    conduct.data(message.session(), statement.in(message.sql()), lock.get());
                }
            }
            case TRANSACTION -> lock = earlier.inBlock() ? lock : Optional.empty();
            case SETTING, SCHEMA_CHANGE, OPAQUE, GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> {}
        }
    }

    private void schemaChange(StatementText statement, int number)
            throws ServerErrorException, RefusedException, MigrationException, AuditException {
        Judgement judgement = judged(statement, number);
        mustMakeSense(judgement);
        List<Pending> pending = new ArrayList<>(earlierPending);
        pending.addAll(effects.pending());
        judgement = judgement.with(Queueing.behind(judgement, pending));
        Refusals.warnings(judgement.decision()).forEach(message.session()::notice);
        Optional<Long> approved = Optional.empty();
        if (judgement.decision().verdict() == Verdict.PARK && !serverRefuses(judgement)) {
            Approval.Granted granted = approval.of(message.session(), judgement, effects, patience(judgement));
            if (granted.waited()) {
                judgement = unchanged(judgement, statement, number);
            }
            approved = Optional.of(granted.id());
            judgement = judge.approved(judgement);
        }
        mustBeNew(judgement);
        switch (judgement.decision().verdict()) {
            case REJECT -> throw refused(judgement, "refused", Refusals.rejected(judgement.decision()));
            case PARK, FORWARD, GUARD, REWRITE, PHASE -> {
                if (lock.isPresent() && Conduct.takesTime(judgement.change())) {
                    conduct.caught(message.session(), judgement.text(), Conduct.STATEMENT_AFTER_LOCK, lock.get());
                }
                effects.add(judgement, approved);
                if (!message.isAlone() && isDeferred(judgement.decision())) {
                    message.session().notice(Refusals.deferred(judgement));
                }
                judge.passes(message.info(), judgement.change());
                lock = lock.or(() -> effects.locks().stream().findFirst());
                earlier.passed(judgement.change(), judgement.facts());
            }
        }
    }

    private Judgement judged(StatementText statement, int number) throws ServerErrorException, RefusedException {
        return judge.judge(message, statement, number, earlier);
    }

    /** What was approved while the client waited must still be so; if not, it is asked for anew. */
    private Judgement unchanged(Judgement before, StatementText statement, int number)
            throws ServerErrorException, RefusedException, MigrationException, AuditException {
        Judgement now = judged(statement, number);
        boolean same = Fingerprint.of(now.text(), now.facts()).equals(Fingerprint.of(before.text(), before.facts()));
        if (!same && now.decision().verdict() == Verdict.PARK) {
            approval.of(message.session(), now, effects, Duration.ZERO);
        }
        return now;
    }

    private void mustBeNew(Judgement judgement) throws RefusedException {
        Optional<ServerError> duplicate = judgement.decision().verdict() == Verdict.FORWARD
                ? DuplicateColumn.of(judgement.change(), judgement.facts())
                : Optional.empty();
        if (duplicate.isPresent()) {
            throw refused(judgement, "failed", duplicate.get());
        }
    }

    private RefusedException refused(Judgement judgement, String outcome, ServerError error) {
        String id = trail.newId();
        trail.keep(effects.attempt(id, judgement, List.of(), Optional.empty()));
        trail.outcome(id, message.who(), outcome, error);
        return new RefusedException(error);
    }

    /** Whether all of it is left to the executor. */
    private static boolean isDeferred(Decision decision) {
        return decision.verdict() == Verdict.PHASE
                && decision.plan().phases().stream()
                        .filter(phase -> phase.name() == PhaseName.EXPAND)
                        .allMatch(phase -> phase.steps().isEmpty());
    }

    /** What neither the parser nor the server can read does nothing; the server says so best. */
    private boolean serverRefuses(Judgement judgement) throws ServerErrorException {
        return judgement.change() instanceof SchemaChange.Unrecognized
                && !message.info().lexicalRules().dialect().isMySqlFamily()
                && SyntaxProbe.refuses(message.session(), judgement.text());
    }

    /** How long the client waits for an approval: as the policy says, not at all where it may hold up others. */
    private Duration patience(Judgement judgement) {
        return message.isAlone() ? approval.patience(judgement.decision()) : Duration.ZERO;
    }

    private static void mustMakeSense(Judgement judgement) throws RefusedException {
        if (judgement.statement().directives().backfill().isEmpty()) {
            return;
        }
        long filled = judgement.change() instanceof SchemaChange.AlterTable alter
                ? alter.actions().stream()
                        .filter(a -> a instanceof AlterAction.AddColumn || a instanceof AlterAction.SetNotNull)
                        .count()
                : 0;
        if (filled != 1) {
            throw new RefusedException(Refusals.directive(
                    filled == 0
                            ? "the directive backfill means nothing here: no column is added"
                            : "the directive backfill is ambiguous: several columns are added"));
        }
    }

    private void takeBack() {
        effects.discard();
        approval.giveBack(effects.sent());
    }
}
