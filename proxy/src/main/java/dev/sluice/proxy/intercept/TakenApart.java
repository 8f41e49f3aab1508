package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.List;
import java.util.Optional;

/**
 * A message of several statements, sent one after the other: each is judged when those before it have run, as the server
 * itself would have come to it, and read by the modes that those have left. Follows one message; not thread-safe; blocks.
 */
final class TakenApart {

    /** What becomes of one statement that is the gateway's business. */
    interface Alone {

        Ruling judged(HeldSession session, String piece);

        /** Runs what stands in the statement's place. */
        Ruling carriedOut(HeldSession session, Ruling.Substitute substitute);

        /** The statement was sent as it is, and the client has its answer. */
        void passed(HeldSession session, Ruling.Substitute substitute, Optional<ServerError> error);
    }

    private static final Ruling ALL_SENT = new Ruling.Executed(List.of());

    private final HeldSession session;
    private final String sql;
    private final Alone alone;
    private LexicalRules rules;
    private List<StatementText> rest;
    /** Where the text begins that the rest was read from. */
    private int base;

    TakenApart(HeldSession session, String sql, List<StatementText> statements, Alone alone) {
        this.session = session;
        this.sql = sql;
        this.alone = alone;
        this.rules = session.info().lexicalRules();
        this.rest = statements;
    }

    Ruling ruling() throws ServerErrorException, InterruptedException {
        int from = 0;
        int next = 0;
        while (next < rest.size()) {
            StatementText statement = rest.get(next);
            Optional<Ruling> over = one(statement, from, next == rest.size() - 1);
            if (over.isPresent()) {
                return over.get();
            }
            from = Math.min(sql.length(), base + statement.end() + 1);
            next = readAnew(statement, from) ? 0 : next + 1;
        }
        return new Ruling.Executed(List.of(new Ruling.Part.Ok(0, 0, ""))); // the new modes make a comment of the rest
    }

    /** Whether what follows means something else now than when the message was split. */
    private boolean readAnew(StatementText done, int from) throws ServerErrorException {
        boolean may = switch (done.kind()) {
            // A query may call a function that sets variables.
            case SETTING, OPAQUE, DATA -> true;
            case SCHEMA_CHANGE, TRANSACTION, GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> false;
        };
        if (!may) {
            return false;
        }
        session.refresh();
        LexicalRules now = session.info().lexicalRules();
        if (now.equals(rules)) {
            return false;
        }
        rules = now;
        base = from;
        rest = Splitter.splitWithoutDirectives(sql.substring(from), rules);
        return true;
    }

    /** @return the ruling for the rest of the message, when nothing more is to be looked at */
    private Optional<Ruling> one(StatementText statement, int from, boolean last)
            throws ServerErrorException, InterruptedException {
        int start = base + statement.start();
        int end = base + statement.end();
        // A statement that writes a table as a whole may be a policy's concern.
        if (!statement.concernsGateway() && statement.kind() != StatementText.Kind.DATA) {
            return relayed(start, end, last);
        }
        Ruling ruling = alone.judged(session, sql.substring(from, end));
        return switch (ruling) {
            case Ruling.Forward forward -> relayed(start, end, last);
            case Ruling.Substitute substitute -> {
                if (!substitute.edits().isEmpty()) {
                    yield answered(alone.carriedOut(session, substitute), last);
                }
                Optional<ServerError> error = session.relayPart(start, end, last);
                alone.passed(session, substitute, error);
                yield error.isPresent() || last ? Optional.of(ALL_SENT) : Optional.empty();
            }
            case Ruling.Answer answer ->
                Optional.of(new Ruling.Refuse(Refusals.needsOwnMessage(
                        "a gateway command stands beside other statements", "The gateway answers it by itself.")));
            case Ruling.Refuse refuse -> Optional.of(refuse);
            case Ruling.Executed executed -> answered(executed, last);
        };
    }

    private Optional<Ruling> relayed(int start, int end, boolean last) throws InterruptedException {
        Optional<ServerError> error = session.relayPart(start, end, last);
        return error.isPresent() || last ? Optional.of(ALL_SENT) : Optional.empty();
    }

    private Optional<Ruling> answered(Ruling ruling, boolean last) {
        if (last || !(ruling instanceof Ruling.Executed executed)) {
            return Optional.of(ruling);
        }
        for (Ruling.Part part : executed.parts()) {
            if (part instanceof Ruling.Part.Ok ok) {
                session.answerPart(new QueryResult(List.of(), List.of(), ok.affectedRows(), ok.warnings(), ok.info()));
            } else if (part instanceof Ruling.Part.Rows rows) {
                session.answerPart(new QueryResult(rows.columns(), rows.rows(), 0));
            }
        }
        return Optional.empty();
    }
}
