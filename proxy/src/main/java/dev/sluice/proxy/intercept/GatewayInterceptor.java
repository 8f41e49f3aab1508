package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.sql.DirectiveException;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.audit.AuditEvent;
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
import java.time.Duration;
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
    private final AuditLog audit;
    private final AuditIds ids;
    private final InterceptorSettings settings;
    private final TransactionEnd transactionEnd;
    private final UnboundedWrites unbounded;
    private final BatchedWrite batched;
    private final LostTransaction lostTransaction;
    private final Clock clock;
    private final OpenTransactions open = new OpenTransactions();
    private final SessionTables tables = new SessionTables();
    private final TransactionConduct conduct;

    /**
     * @param reader reads facts of every kind of upstream
     * @param routines what is known of those that statements call
     * @param policy the policy as it is now; asked for each statement
     * @param view what commands show of the rest of the gateway
     */
    public GatewayInterceptor(
            FactsReader reader,
            Routines routines,
            Supplier<Policy> policy,
            Migrations migrations,
            Approvals approvals,
            AuditLog audit,
            GatewayView view,
            InterceptorSettings settings,
            Clock clock) {
        this(new PolicyPlanning(), reader, routines, policy, migrations, approvals, audit, view, settings, clock);
    }

    GatewayInterceptor(
            Planning planning,
            FactsReader reader,
            Routines routines,
            Supplier<Policy> policy,
            Migrations migrations,
            Approvals approvals,
            AuditLog audit,
            GatewayView view,
            InterceptorSettings settings,
            Clock clock) {
        this.planning = planning;
        this.called = new CalledRoutines(routines);
        this.judge = new StatementJudge(planning, reader, policy, tables, called, clock);
        this.explain = new Explain(new DdlParser(), judge);
        this.commands = new CommandRunner(migrations, audit, new Operators(settings.operators()), view, clock);
        this.migrations = migrations;
        this.approvals = approvals;
        this.audit = audit;
        this.ids = new AuditIds(clock);
        this.settings = settings;
        this.transactionEnd = new TransactionEnd(migrations, audit, settings, clock);
        this.lostTransaction = new LostTransaction(migrations, audit, clock);
        this.unbounded = new UnboundedWrites(policy, audit, ids, clock);
        this.batched = new BatchedWrite(unbounded, migrations, audit, settings, clock);
        this.clock = clock;
        this.conduct = new TransactionConduct(policy, open, audit, ids);
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
            StatementText first = statements.getFirst();
            var command = CommandParser.parse(
                    sql, first.start(), first.end(), session.info().lexicalRules());
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
            audit.appendOrKeep(new AuditEvent.Outcome(
                    sent.auditId(),
                    sent.who(),
                    error.isPresent() ? "failed" : "done",
                    error.map(ServerError::sqlState).orElse(""),
                    error.map(ServerError::message).orElse(""),
                    Duration.between(sent.at(), clock.instant())));
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
        SessionState state = SessionState.read(session);
        StatementText first = statements.getFirst();
        boolean alone = statements.size() == 1;
        if (alone && first.kind() == StatementText.Kind.GATEWAY_COMMAND) {
            var command = CommandParser.parse(
                    sql, first.start(), first.end(), session.info().lexicalRules());
            commands.notice(command).ifPresent(session::notice);
            return Ruling.of(
                    commands.run(command, database(session.info()), who(session.info(), state), first.in(sql)));
        }
        if (alone && first.kind() == StatementText.Kind.EXPLAIN_SCHEMA_CHANGE) {
            return explain.answer(session, sql, first, state.role());
        }
        if (state.malformedCompletion().isPresent()) {
            throw new RefusedException(
                    Refusals.completionSetting(state.malformedCompletion().get()));
        }
        if (writes) {
            boolean free = alone && session.isAlone();
            AuditEvent.Who who = who(session.info(), state);
            Optional<UnboundedWrites.Batched> found = unbounded.judge(session, sql, statements, who, free);
            if (found.isPresent()) {
                return batched.run(session, found.get(), database(session.info()), who, state);
            }
        }
        return schemaChanges(session, sql, statements, state);
    }

    private Ruling schemaChanges(HeldSession session, String sql, List<StatementText> statements, SessionState state)
            throws ServerErrorException, MigrationException, AuditException {
        DatabaseRef database = database(session.info());
        AuditEvent.Who who = who(session.info(), state);
        long id = session.info().id();
        Effects effects = new Effects(planning, migrations, settings, clock, database, who, ids);
        Approval approval = new Approval(approvals, audit, ids, database, who);
        Ruling ruling = new MessageJudge(
                        session, sql, statements, state, judge, effects, approval, audit, ids, settings, open, conduct)
                .ruling();
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

    private static DatabaseRef database(SessionInfo info) {
        boolean mysql = info.lexicalRules().dialect().isMySqlFamily();
        return new DatabaseRef(info.upstream(), mysql ? "" : info.database());
    }

    private static AuditEvent.Who who(SessionInfo info, SessionState state) {
        return new AuditEvent.Who(
                info.id(),
                info.upstream(),
                info.database(),
                info.user(),
                state.role(),
                info.clientAddress(),
                info.application());
    }
}
