package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.Classifier;
import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.List;
import java.util.Optional;

/**
 * Interception where each schema change commits by itself, and none can stand in a block: the judgement is
 * {@link GatewayInterceptor}'s, statement by statement, and what it puts in a statement's place is run here. Sessions of
 * other products pass through to it. Thread-safe; blocks.
 */
public final class MySqlInterceptor implements Interceptor {

    private final Interceptor judging;
    private final PreparedInSql prepared;
    private final MySqlExpansion expansion;
    private final Alone alone = new Alone();

    public MySqlInterceptor(
            Interceptor judging, Migrations migrations, ControlPools pools, Gates gates, InterceptorSettings settings) {
        this.judging = judging;
        this.prepared = new PreparedInSql(judging);
        this.expansion = new MySqlExpansion(migrations, pools, gates, settings);
    }

    @Override
    public Ruling judge(HeldSession session, String sql) {
        if (!session.info().lexicalRules().dialect().isMySqlFamily()) {
            return judging.judge(session, sql);
        }
        List<StatementText> statements =
                Splitter.splitWithoutDirectives(sql, session.info().lexicalRules());
        if (statements.size() > 1
                && (statements.stream().anyMatch(StatementText::concernsGateway) || isPlain(session, sql))) {
            return takenApart(session, sql, statements);
        }
        Ruling ruling = prepared.judge(session, sql);
        return ruling instanceof Ruling.Substitute substitute
                        && !substitute.edits().isEmpty()
                ? carriedOut(session, substitute)
                : ruling;
    }

    /** Whether nothing is to be judged if the server reads the text as the gateway does; it has been held in case it does not. */
    private static boolean isPlain(HeldSession session, String sql) {
        LexicalRules rules = session.info().lexicalRules();
        byte[] letters = Classifier.letters(sql, rules);
        return Classifier.classify(letters, 0, letters.length, rules) == Interest.NONE;
    }

    /** Only PostgreSQL's sessions ask. */
    @Override
    public Ruling describe(HeldSession session, String sql) {
        return judging.describe(session, sql);
    }

    @Override
    public boolean watchesTransaction(long session) {
        return judging.watchesTransaction(session);
    }

    @Override
    public void answered(HeldSession session, Ruling.Substitute ruling, Optional<ServerError> error) {
        judging.answered(session, ruling, error);
    }

    @Override
    public Optional<ServerError> transactionEnded(HeldSession session, List<Ruling.Substitute> rulings) {
        return judging.transactionEnded(session, rulings);
    }

    @Override
    public void lost(HeldSession session, List<Ruling.Substitute> rulings, boolean perhapsCommitted) {
        judging.lost(session, rulings, perhapsCommitted);
    }

    private Ruling takenApart(HeldSession session, String sql, List<StatementText> statements) {
        try {
            return new TakenApart(session, sql, statements, alone).ruling();
        } catch (ServerErrorException e) {
            return new Ruling.Refuse(e.error());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Ruling.Refuse(ServerError.of("08S01", 1053, "Server shutdown in progress", "", ""));
        }
    }

    private final class Alone implements TakenApart.Alone {

        @Override
        public Ruling judged(HeldSession session, String piece) {
            return prepared.judge(session, piece);
        }

        @Override
        public Ruling carriedOut(HeldSession session, Ruling.Substitute substitute) {
            return MySqlInterceptor.this.carriedOut(session, substitute);
        }

        @Override
        public void passed(HeldSession session, Ruling.Substitute substitute, Optional<ServerError> error) {
            judging.answered(session, substitute, error);
            if (error.isEmpty()) {
                judging.transactionEnded(session, List.of(substitute));
            }
        }
    }

    private Ruling carriedOut(HeldSession session, Ruling.Substitute substitute) {
        Optional<Sent> sent = Sent.Memo.of(substitute).stream().findFirst();
        Optional<Long> migration = sent.flatMap(Sent::migration);
        MySqlExpansion.Outcome outcome =
                expansion.run(session, substitute.edits().getFirst().sql(), migration, sent.flatMap(Sent::table));
        if (outcome.error().isPresent()) {
            judging.answered(session, substitute, outcome.error());
            migration.ifPresent(id -> expansion.over(session, id));
            return new Ruling.Refuse(Refusals.algorithm(outcome.error().get()));
        }
        migration.ifPresent(id -> expansion.over(session, id));
        return ended(session, substitute, outcome.result());
    }

    private Ruling ended(HeldSession session, Ruling.Substitute substitute, QueryResult result) {
        judging.answered(session, substitute, Optional.empty());
        Optional<ServerError> error = judging.transactionEnded(session, List.of(substitute));
        if (error.isPresent()) {
            return new Ruling.Refuse(error.get());
        }
        String info = Sent.Memo.of(substitute).stream()
                .flatMap(sent -> sent.migration().stream())
                .findFirst()
                .flatMap(id -> expansion.told(session, id))
                .orElse(result.info());
        return new Ruling.Executed(List.of(Ruling.Part.of(
                new QueryResult(result.columns(), result.rows(), result.affectedRows(), result.warnings(), info))));
    }
}
