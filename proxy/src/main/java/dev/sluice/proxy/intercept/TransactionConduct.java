package dev.sluice.proxy.intercept;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.rule.Conduct;
import dev.sluice.policies.rule.Rule;
import dev.sluice.policies.rule.Rules;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.policies.sql.Token;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.HeldSession.Notice;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.TransactionStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Warns of what an open transaction does besides its schema change while that holds a lock which stops others, or refuses
 * it where the policy says so. A warning comes once in a transaction. Thread-safe; blocks.
 */
final class TransactionConduct {

    private static final Set<String> RULES = Set.of(Conduct.DATA_CHANGE, Conduct.STATEMENT_AFTER_LOCK);

    private static final List<String> ENDS = List.of("COMMIT", "END", "ROLLBACK", "ABORT");

    private final Supplier<Policy> policy;
    private final OpenTransactions open;
    private final StatementTrail trail;

    TransactionConduct(Supplier<Policy> policy, OpenTransactions open, StatementTrail trail) {
        this.policy = policy;
        this.open = open;
        this.trail = trail;
    }

    /** What the open transaction of a session has proposed. */
    List<Pending> pending(HeldSession session) {
        return open.pending(session.info().id());
    }

    /** The first lock that the open transaction of a session has got. */
    Optional<HeldLock> lock(HeldSession session) {
        return open.lock(session.info().id());
    }

    /** Whether a session's statements are to be shown to {@link #message}; does not block. */
    boolean isWatched(long session) {
        return open.isWatched(session, RULES);
    }

    /** A message without a schema change. */
    void message(HeldSession session, String sql, List<StatementText> statements)
            throws RefusedException, ServerErrorException {
        Optional<HeldLock> lock = lock(session);
        if (lock.isEmpty() || session.transaction() == TransactionStatus.FAILED) {
            return;
        }
        for (StatementText statement : statements) {
            if (statement.kind() == StatementText.Kind.TRANSACTION && ends(statement.in(sql), session)) {
                // More may follow in the pipeline before the server says that the transaction is over.
                open.unlock(session.info().id());
                return;
            }
            if (statement.kind() == StatementText.Kind.DATA) {
                data(session, statement.in(sql), lock.get());
            }
        }
    }

    private static boolean ends(String statement, HeldSession session) {
        List<Token> tokens = Scanner.tokens(statement, session.info().lexicalRules());
        Token first = tokens.getFirst();
        boolean toSavepoint = tokens.stream().anyMatch(token -> token.isWord("TO"));
        return !toSavepoint && ENDS.stream().anyMatch(first::isWord);
    }

    /** A statement that is no schema change, behind one that holds a lock. */
    void data(HeldSession session, String statement, HeldLock lock) throws RefusedException, ServerErrorException {
        LexicalRules rules = session.info().lexicalRules();
        Optional<String> rule = Conduct.ruleOf(executed(session, statement, rules), rules);
        if (rule.isPresent()) {
            caught(session, statement, rule.get(), lock);
        }
    }

    /** A rule catches a statement. */
    void caught(HeldSession session, String statement, String rule, HeldLock lock) throws RefusedException {
        Rule about = Rules.byId(rule).orElseThrow();
        Optional<Policy.Setting> setting = policy.get().setting(rule, lock.where());
        Action action = setting.map(Policy.Setting::action).orElseGet(() -> standard(about));
        long id = session.info().id();
        if (action.compareTo(Action.REWRITE) > 0) {
            ServerError error = Refusals.conduct(about, lock, setting.map(Policy.Setting::decidedBy));
            record(session, statement, about, lock, End.REFUSED);
            throw new RefusedException(error);
        }
        boolean says = action == Action.WARN && policy.get().judges();
        if (open.tell(id, rule) && says) {
            session.notice(warning(about, lock, setting));
            record(session, statement, about, lock, End.WARNED);
        }
    }

    private static Action standard(Rule rule) {
        return rule.engine(Dialect.POSTGRES).map(Rule.Engine::action).orElse(Action.ALLOW);
    }

    private static Notice warning(Rule rule, HeldLock lock, Optional<Policy.Setting> setting) {
        return new Notice(
                "WARNING",
                "01000",
                rule.id() + ": " + rule.advice().harm(),
                Refusals.held(lock)
                        + setting.map(s -> " Decided by " + s.decidedBy() + ".").orElse(""),
                rule.advice().safeWay());
    }

    /** What {@code EXECUTE name} runs, where the server knows it; any other statement as it is. */
    private static String executed(HeldSession session, String statement, LexicalRules rules)
            throws ServerErrorException {
        List<Token> tokens = Scanner.tokens(statement, rules);
        if (tokens.size() < 2 || !tokens.getFirst().isWord("EXECUTE")) {
            return statement;
        }
        String name = tokens.get(1).value().replace("\\", "\\\\").replace("'", "\\'");
        QueryResult result =
                session.query("SELECT statement FROM pg_catalog.pg_prepared_statements WHERE name = E'" + name + "'");
        return result.rows().stream()
                .findFirst()
                .flatMap(List::getFirst)
                .map(text -> withoutPrepare(text, rules))
                .orElse(statement);
    }

    /** {@code PREPARE name (types) AS statement} is kept as it was sent. */
    private static String withoutPrepare(String text, LexicalRules rules) {
        List<Token> tokens = Scanner.tokens(text, rules);
        if (tokens.isEmpty() || !tokens.getFirst().isWord("PREPARE")) {
            return text;
        }
        return tokens.stream()
                .filter(token -> token.isWord("AS"))
                .findFirst()
                .map(as -> text.substring(as.end()))
                .orElse(text);
    }

    /** What becomes of a statement that a rule catches, in the words of the audit trail. */
    private enum End {
        REFUSED("reject", "refused", Refusals.FORBIDDEN),
        WARNED("forward", "warned", "");

        final String verdict;
        final String result;
        final String sqlState;

        End(String verdict, String result, String sqlState) {
            this.verdict = verdict;
            this.result = result;
            this.sqlState = sqlState;
        }
    }

    private void record(HeldSession session, String statement, Rule rule, HeldLock lock, End end) {
        AuditEvent.Who who = StatementTrail.who(session.info(), lock.where().role());
        String id = trail.newId();
        trail.keep(new AuditEvent.Attempt(
                id,
                who,
                statement,
                List.of(),
                end.verdict,
                List.of(rule.id()),
                rule.advice().safeWay(),
                Refusals.held(lock),
                Optional.empty(),
                Optional.empty()));
        trail.outcome(id, who, end.result, end.sqlState, rule.advice().harm());
    }
}
