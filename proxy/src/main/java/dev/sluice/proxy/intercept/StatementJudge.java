package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.catalog.FactsReader;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TransactionStatus;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Decides about one schema change: parse, ask what must be known, judge. Thread-safe; blocks. */
final class StatementJudge {

    private static final Decision UNJUDGED = new Decision(
            Verdict.FORWARD,
            List.of(),
            "It is sent as it is.",
            "The policy forwards every schema change.",
            new Plan(Optional.empty(), List.of(), List.of(), List.of()));

    private final Planning planning;
    private final FactsReader reader;
    private final Supplier<Policy> policy;
    private final SessionTables tables;
    private final CalledRoutines routines;
    private final Clock clock;

    StatementJudge(
            Planning planning,
            FactsReader reader,
            Supplier<Policy> policy,
            SessionTables tables,
            CalledRoutines routines,
            Clock clock) {
        this.tables = tables;
        this.routines = routines;
        this.planning = planning;
        this.reader = reader;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * @param statement of the message, or what its EXPLAIN is about
     * @param number of the statement in the message
     * @param earlier what the statements before it have changed
     */
    Judgement judge(HeldMessage message, StatementText statement, int number, Earlier earlier)
            throws ServerErrorException, RefusedException {
        HeldSession session = message.session();
        String sql = message.sql();
        SchemaChange change = planning.parse(sql, statement, session.info().lexicalRules());
        boolean inTransaction =
                !message.isSingle() || earlier.inBlock() || session.transaction() == TransactionStatus.IN_TRANSACTION;
        StatementContext before = new StatementContext(
                inTransaction,
                earlier.created(),
                statement.directives(),
                session.info().policyContext(message.state().role(), clock.instant()));
        if (!policy.get().judges()) {
            Facts unknown = Facts.assumed(session.info().lexicalRules().version());
            return new Judgement(sql, number, statement, change, unknown, before, UNJUDGED);
        }
        FactsRequest request = planning.needs(change);
        Facts facts;
        Set<QualifiedName> created = new HashSet<>(earlier.created());
        try (NameScope scope = NameScope.open(session, earlier.settings())) {
            facts = reader.read(session, request);
            if (session.info().lexicalRules().dialect().isMySqlFamily()) {
                created.addAll(tables.stillEmpty(session, facts));
            } else if (session.transaction() == TransactionStatus.IN_TRANSACTION) {
                created.addAll(CreatedHere.read(session, facts));
            }
        }
        earlier.mustResolve(request.relations(), facts);
        facts = earlier.overlay(facts).withRoutines(routines.facts(session.info(), statement.in(sql)));
        StatementContext context =
                new StatementContext(inTransaction, created, statement.directives(), before.policy());
        Decision decision = planning.judge(change, facts, context, policy.get());
        return new Judgement(sql, number, statement, change, facts, context, decision);
    }

    /** A statement goes to the server: what it makes of a routine is known from now on. */
    void passes(SessionInfo info, SchemaChange change) {
        routines.passes(info, change);
    }

    /** Judges again, now that somebody has approved what the decision waits for. */
    Judgement approved(Judgement judgement) {
        return judgement.with(
                planning.approved(judgement.change(), judgement.facts(), judgement.context(), policy.get()));
    }

    /** Judges again for EXPLAIN. */
    Judgement explained(Judgement judgement) {
        return judgement.decision().verdict() != Verdict.REJECT
                ? judgement
                : judgement.with(
                        planning.explain(judgement.change(), judgement.facts(), judgement.context(), policy.get()));
    }
}
