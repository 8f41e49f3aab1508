package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.HeldSession;
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
    private final MySqlExpansion expansion;

    public MySqlInterceptor(
            Interceptor judging, Migrations migrations, ControlPools pools, InterceptorSettings settings) {
        this.judging = judging;
        this.expansion = new MySqlExpansion(migrations, pools, settings);
    }

    @Override
    public Ruling judge(HeldSession session, String sql) {
        if (!session.info().lexicalRules().dialect().isMySqlFamily()) {
            return judging.judge(session, sql);
        }
        List<StatementText> statements =
                Splitter.splitWithoutDirectives(sql, session.info().lexicalRules());
        if (statements.size() > 1 && statements.stream().anyMatch(MySqlInterceptor::concernsUs)) {
            return takenApart(session, sql, statements);
        }
        Ruling ruling = judging.judge(session, sql);
        return ruling instanceof Ruling.Substitute substitute
                        && !substitute.edits().isEmpty()
                ? carriedOut(session, substitute)
                : ruling;
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

    /** Each statement is judged when those before it have run, as the server itself would have come to it. */
    private Ruling takenApart(HeldSession session, String sql, List<StatementText> statements) {
        int from = 0;
        for (int i = 0; i < statements.size(); i++) {
            StatementText statement = statements.get(i);
            boolean last = i == statements.size() - 1;
            Ruling ruling =
                    concernsUs(statement) ? alone(session, sql.substring(from, statement.end())) : new Ruling.Forward();
            Optional<Ruling> end = answer(session, ruling, statement, last);
            if (end.isPresent()) {
                return end.get();
            }
            from = Math.min(sql.length(), statement.end() + 1);
        }
        throw new IllegalStateException("a message without a last statement");
    }

    private Ruling alone(HeldSession session, String piece) {
        Ruling ruling = judging.judge(session, piece);
        return switch (ruling) {
            case Ruling.Substitute substitute ->
                substitute.edits().isEmpty() ? sent(session, piece, substitute) : carriedOut(session, substitute);
            case Ruling.Answer answer ->
                new Ruling.Refuse(Refusals.needsOwnMessage(
                        "a gateway command stands beside other statements", "The gateway answers it by itself."));
            case Ruling.Forward forward -> forward;
            case Ruling.Refuse refuse -> refuse;
            case Ruling.Executed executed -> executed;
        };
    }

    /** @return the ruling for the rest of the message, when nothing more is to be looked at */
    private static Optional<Ruling> answer(HeldSession session, Ruling ruling, StatementText statement, boolean last) {
        return switch (ruling) {
            case Ruling.Executed executed -> {
                if (last) {
                    yield Optional.of(executed);
                }
                executed.parts().forEach(part -> okPart(session, part));
                yield Optional.empty();
            }
            case Ruling.Forward forward -> {
                if (last) {
                    yield Optional.of(
                            new Ruling.Executed(List.of(new Ruling.Part.Relay(statement.start(), statement.end()))));
                }
                yield relay(session, statement).map(error -> new Ruling.Executed(List.of()));
            }
            case Ruling.Refuse refuse -> Optional.of(refuse);
            case Ruling.Substitute substitute -> throw new IllegalStateException("it was carried out already");
            case Ruling.Answer answer -> throw new IllegalStateException("it was refused already");
        };
    }

    private static void okPart(HeldSession session, Ruling.Part part) {
        if (part instanceof Ruling.Part.Ok ok) {
            session.okPart(ok.affectedRows(), ok.warnings(), ok.info());
        }
    }

    private static Optional<ServerError> relay(HeldSession session, StatementText statement) {
        try {
            return session.relayPart(statement.start(), statement.end());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(ServerError.of("08S01", 1053, "Server shutdown in progress", "", ""));
        }
    }

    /** A statement of several that passes as it is: its outcome is on record before the client learns of it. */
    private Ruling sent(HeldSession session, String piece, Ruling.Substitute substitute) {
        try {
            long rows = session.query(piece).affectedRows();
            return ended(session, substitute, new Ruling.Part.Ok(rows, 0, ""));
        } catch (ServerErrorException e) {
            judging.answered(session, substitute, Optional.of(e.error()));
            return new Ruling.Refuse(e.error());
        }
    }

    private Ruling carriedOut(HeldSession session, Ruling.Substitute substitute) {
        Optional<Sent> sent = Sent.Memo.of(substitute).stream().findFirst();
        Optional<Long> migration = sent.flatMap(Sent::migration);
        MySqlExpansion.Outcome outcome =
                expansion.run(session, substitute.edits().getFirst().sql(), migration, Optional.empty());
        if (outcome.error().isPresent()) {
            judging.answered(session, substitute, outcome.error());
            migration.ifPresent(id -> expansion.over(session, id));
            return new Ruling.Refuse(Refusals.algorithm(outcome.error().get()));
        }
        migration.ifPresent(id -> expansion.over(session, id));
        MySqlExpansion.Result result = outcome.result();
        return ended(session, substitute, new Ruling.Part.Ok(result.affectedRows(), result.warnings(), ""));
    }

    private Ruling ended(HeldSession session, Ruling.Substitute substitute, Ruling.Part.Ok ok) {
        judging.answered(session, substitute, Optional.empty());
        Optional<ServerError> error = judging.transactionEnded(session, List.of(substitute));
        if (error.isPresent()) {
            return new Ruling.Refuse(error.get());
        }
        String info = Sent.Memo.of(substitute).stream()
                .flatMap(sent -> sent.migration().stream())
                .findFirst()
                .flatMap(id -> expansion.told(session, id))
                .orElse(ok.info());
        return new Ruling.Executed(List.of(new Ruling.Part.Ok(ok.affectedRows(), ok.warnings(), info)));
    }

    private static boolean concernsUs(StatementText statement) {
        return switch (statement.kind()) {
            case SCHEMA_CHANGE, OPAQUE, GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> true;
            case TRANSACTION, SETTING, DATA -> false;
        };
    }
}
