package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.sql.DirectiveException;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.audit.AuditException;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.catalog.FactsReader;
import dev.sluice.proxy.catalog.Routines;
import dev.sluice.proxy.intercept.command.CommandParser;
import dev.sluice.proxy.intercept.command.CommandRunner;
import dev.sluice.proxy.intercept.command.CommandSyntaxException;
import dev.sluice.proxy.intercept.command.GatewayCommand;
import dev.sluice.proxy.intercept.command.GatewayView;
import dev.sluice.proxy.intercept.command.Operators;
import dev.sluice.proxy.migration.Approvals;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TransactionStatus;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's judgement of what clients send. A statement is split, parsed, judged on the facts of the moment, put on
 * record, proposed to the ledger where work remains, and only then sent. Thread-safe; blocks.
 */
public final class GatewayInterceptor implements Interceptor {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayInterceptor.class);

    private final Planning planning;
    private final CalledRoutines called;
    private final StatementJudge judge;
    private final Explain explain;
    private final CommandRunner commands;
    private final Migrations migrations;
    private final Approvals approvals;
    private final StatementTrail trail;
    private final InterceptorSettings settings;
    private final TransactionEnd transactionEnd;
    private final UnboundedWrites unbounded;
    private final BatchedWrite batched;
    private final LostTransaction lostTransaction;
    private final OpenTransactions open = new OpenTransactions();
    private final SessionTables tables = new SessionTables();
    private final TransactionConduct conduct;

    /**
     * What interception works with.
     *
     * @param reader reads facts of every kind of upstream
     * @param routines what is known of those that statements call
     */
    public record Services(
            FactsReader reader,
            Routines routines,
            Migrations migrations,
            Approvals approvals,
            AuditLog audit,
            Clock clock) {}

    /**
     * @param policy the policy as it is now; asked for each statement
     * @param view what commands show of the rest of the gateway
     */
    public GatewayInterceptor(
            Services services, Supplier<Policy> policy, GatewayView view, InterceptorSettings settings) {
        this(new PolicyPlanning(), services, policy, view, settings);
    }

    GatewayInterceptor(
            Planning planning,
            Services services,
            Supplier<Policy> policy,
            GatewayView view,
            InterceptorSettings settings) {
        AuditLog audit = services.audit();
        Clock clock = services.clock();
        this.planning = planning;
        this.migrations = services.migrations();
        this.approvals = services.approvals();
        this.settings = settings;
        this.trail = new StatementTrail(audit, clock);
        this.called = new CalledRoutines(services.routines());
        this.judge = new StatementJudge(planning, services.reader(), policy, tables, called, clock);
        this.explain = new Explain(new DdlParser(), judge);
        this.commands = new CommandRunner(migrations, audit, new Operators(settings.operators()), view, clock);
        this.transactionEnd = new TransactionEnd(migrations, trail, settings);
        this.lostTransaction = new LostTransaction(migrations, trail);
        this.unbounded = new UnboundedWrites(policy, trail);
        this.batched = new BatchedWrite(unbounded, migrations, trail, settings);
        this.conduct = new TransactionConduct(policy, open, trail);
    }

    /** Loads the parser, so that the first client does not wait for it. Takes about a second of one core. */
    public void warmUp() {
        planning.warmUp();
    }

    @Override
    public Ruling judge(HeldSession session, String sql) {
        try {
            SessionInfo info = session.info();
            return ruling(session, sql, called.marked(info, sql, planning.split(sql, info.lexicalRules())));
        } catch (DirectiveException e) {
            return new Ruling.Refuse(Refusals.directive(String.valueOf(e.getMessage())));
        } catch (CommandSyntaxException e) {
            return new Ruling.Refuse(e.error());
        } catch (RefusedException e) {
            return new Ruling.Refuse(e.error());
        } catch (ServerErrorException e) {
            return new Ruling.Refuse(e.error());
        } catch (MigrationException e) {
            return new Ruling.Refuse(e.error());
        } catch (AuditException e) {
            return new Ruling.Refuse(Refusals.unaudited(e));
        } catch (RuntimeException | StackOverflowError e) {
            // An edge of the control plane: one statement that trips us must not cost the client its session.
            LOG.error(
                    "session {}: a statement could not be judged",
                    session.info().id(),
                    e);
            return new Ruling.Refuse(Refusals.internal(e));
        }
    }

    /** The columns that {@link #judge} will answer with; a command that changes something is read, not run. */
    @Override
    public Ruling describe(HeldSession session, String sql) {
        try {
            List<StatementText> statements = planning.split(sql, session.info().lexicalRules());
            boolean alone = statements.size() == 1;
            StatementText.Kind kind = alone ? statements.getFirst().kind() : StatementText.Kind.DATA;
            if (kind == StatementText.Kind.EXPLAIN_SCHEMA_CHANGE) {
                return judge(session, sql);
            } else if (kind != StatementText.Kind.GATEWAY_COMMAND) {
                return new Ruling.Forward();
            }
            GatewayCommand command = parsed(sql, statements.getFirst(), session.info());
            return command instanceof GatewayCommand.Alter
                    ? Ruling.of(CommandRunner.columnsOfAlter())
                    : judge(session, sql);
        } catch (DirectiveException | CommandSyntaxException e) {
            return judge(session, sql);
        }
    }

    @Override
    public boolean watchesTransaction(long session) {
        return conduct.isWatched(session);
    }

    @Override
    public void answered(HeldSession session, Ruling.Substitute ruling, Optional<ServerError> error) {
        List<Sent> statements = Sent.Memo.of(ruling);
        for (Sent sent : statements) {
            trail.outcome(
                    sent,
                    error.isPresent() ? "failed" : "done",
                    error.map(ServerError::sqlState).orElse(""),
                    error.map(ServerError::message).orElse(""));
        }
        if (error.isPresent()) {
            failed(session, statements);
        } else if (session.info().lexicalRules().dialect().isMySqlFamily()) {
            statements.forEach(sent -> sent.creates()
                    .ifPresent(table -> tables.created(session.info().id(), table)));
        }
    }

    @Override
    public Optional<ServerError> transactionEnded(HeldSession session, List<Ruling.Substitute> rulings) {
        open.ended(session.info().id());
        List<Sent> statements = new ArrayList<>();
        rulings.forEach(ruling -> statements.addAll(Sent.Memo.of(ruling)));
        return transactionEnd.of(session, statements);
    }

    @Override
    public void lost(HeldSession session, List<Ruling.Substitute> rulings, boolean perhapsCommitted) {
        open.ended(session.info().id());
        rulings.forEach(ruling -> lostTransaction.of(Sent.Memo.of(ruling), perhapsCommitted));
    }

    private Ruling ruling(HeldSession session, String sql, List<StatementText> statements)
            throws CommandSyntaxException, ServerErrorException, RefusedException, MigrationException, AuditException {
        boolean writes = unbounded.concern(sql, statements, session.info());
        if (!writes && statements.stream().noneMatch(StatementText::concernsGateway)) {
            conduct.message(session, sql, statements);
            return new Ruling.Forward();
        }
        if (session.transaction() == TransactionStatus.FAILED) {
            return inFailedTransaction(statements);
        }
        HeldMessage message = new HeldMessage(session, sql, statements, SessionState.read(session));
        StatementText.Kind kind = message.isSingle() ? statements.getFirst().kind() : StatementText.Kind.DATA;
        if (kind == StatementText.Kind.GATEWAY_COMMAND) {
            return command(message);
        } else if (kind == StatementText.Kind.EXPLAIN_SCHEMA_CHANGE) {
            return explain.answer(message);
        }
        Optional<String> malformed = message.state().malformedCompletion();
        if (malformed.isPresent()) {
            throw new RefusedException(Refusals.completionSetting(malformed.get()));
        }
        if (writes) {
            Optional<UnboundedWrites.Batched> found = unbounded.judge(message);
            if (found.isPresent()) {
                return batched.run(message, found.get());
            }
        }
        return schemaChanges(message);
    }

    private Ruling command(HeldMessage message) throws CommandSyntaxException {
        GatewayCommand command = parsed(message.sql(), message.statements().getFirst(), message.info());
        commands.notice(command).ifPresent(message.session()::notice);
        String text = message.statements().getFirst().in(message.sql());
        return Ruling.of(commands.run(command, message.database(), message.who(), text));
    }

    private static GatewayCommand parsed(String sql, StatementText command, SessionInfo info)
            throws CommandSyntaxException {
        return CommandParser.parse(sql, command.start(), command.end(), info.lexicalRules());
    }

    private Ruling schemaChanges(HeldMessage message) throws ServerErrorException, MigrationException, AuditException {
        long id = message.info().id();
        Effects effects = new Effects(planning, migrations, settings, trail, message);
        Approval approval = new Approval(approvals, trail, message, settings.approvalTimeout());
        Ruling ruling = new MessageJudge(message, judge, effects, approval, conduct, trail).ruling();
        if (ruling instanceof Ruling.Substitute) {
            open.add(id, effects.pending(), effects.locks());
        }
        open.tidy(id);
        return ruling;
    }

    /** The server refuses all but the end of the transaction; what stands behind that end cannot be judged before. */
    private static Ruling inFailedTransaction(List<StatementText> statements) throws RefusedException {
        boolean alone = statements.size() == 1;
        StatementText.Kind first = statements.getFirst().kind();
        if (first == StatementText.Kind.TRANSACTION) {
            throw new RefusedException(Refusals.needsOwnMessage(
                    "cannot judge a schema change behind the end of a failed transaction in the same message",
                    "What it would change can be looked up only once the transaction has ended."));
        }
        boolean ours = first == StatementText.Kind.GATEWAY_COMMAND || first == StatementText.Kind.EXPLAIN_SCHEMA_CHANGE;
        return alone && ours ? new Ruling.Refuse(Refusals.failedTransaction()) : new Ruling.Forward();
    }

    private void failed(HeldSession session, List<Sent> statements) {
        open.remove(session.info().id(), statements);
        for (Sent sent : statements) {
            sent.approval().ifPresent(id -> Approval.giveBack(approvals, sent.database(), id));
            sent.migration().ifPresent(id -> discard(sent.database(), id));
        }
    }

    private void discard(DatabaseRef database, long id) {
        try {
            migrations.discard(database, id);
        } catch (MigrationException e) {
            LOG.info("proposal {} is left to the sweeper: {}", id, e.getMessage());
        }
    }
}
