package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.proxy.intercept.Ruling;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a held message that is forwarded after all, or answered by the gateway itself: in the simple protocol
 * with a whole result, in the extended one with each step's own answer.
 */
final class GatewayAnswers {
    private final Interception interception;
    private final Session session;
    private final Substitution substitution;
    private final ClientOut out;
    private final Prepared prepared;

    GatewayAnswers(Interception interception, Session session, Substitution substitution, ClientOut out) {
        this.interception = interception;
        this.session = session;
        this.substitution = substitution;
        this.out = out;
        this.prepared = interception.prepared;
    }

    /** The server may have it. */
    void forward(Held held) {
        switch (held) {
            case Held.Query query -> send(held, FrontendType.QUERY);
            case Held.FunctionCall call -> send(held, FrontendType.FUNCTION_CALL);
            case Held.Execute execute -> send(held, FrontendType.EXECUTE);
            case Held.VirtualExecute execute -> substitution.executeOnServer(execute);
            case Held.VirtualDescribe describe -> {
                out.description(List.of(), describe.as()::format, !describe.portal());
                done(held);
            }
            case Held.VirtualParse parse -> send(held, FrontendType.PARSE);
            case Held.VirtualBind bind -> done(held);
            case Held.VirtualClose close -> done(held);
            case Held.Refused refused -> interception.refuse(held, refused.error());
        }
    }

    private void send(Held held, byte type) {
        byte as = session.bulk.forwarded(type);
        session.toServer(held.message());
        session.inFlight.sent(as);
        interception.sent(as);
        session.flushServer();
        interception.open();
    }

    private void done(Held held) {
        held.message().release();
        interception.open();
    }

    /**
     * Behind an error, in a failed transaction, or while the server wants COPY data nothing is judged: the server refuses
     * what it gets, and what only the gateway knows is discarded likewise.
     */
    void passUnjudged(Held held) {
        switch (held) {
            case Held.Query query -> send(held, FrontendType.QUERY);
            case Held.FunctionCall call -> send(held, FrontendType.FUNCTION_CALL);
            case Held.Execute execute -> send(held, FrontendType.EXECUTE);
            case Held.VirtualParse parse -> done(held);
            case Held.Refused refused -> done(held);
            case Held.VirtualClose close -> done(held);
            case Held.VirtualBind bind -> done(held);
            case Held.VirtualDescribe describe -> done(held);
            case Held.VirtualExecute execute -> done(held);
        }
    }

    // ---- statements that only the gateway knows ------------------------------------------------------------------

    void parsed(Held.VirtualParse parse) {
        prepared.parsed(parse.name(), parse.statement());
        out.bare(BackendType.PARSE_COMPLETE);
        done(parse);
    }

    void bound(Held.VirtualBind bind) {
        prepared.bound(
                bind.bind().portal(),
                new Prepared.Portal(bind.statement(), bind.bind().resultFormats()));
        out.bare(BackendType.BIND_COMPLETE);
        done(bind);
    }

    void closed(Held.VirtualClose close) {
        if (close.close().kind() == 'S') {
            prepared.forgetStatement(close.close().name());
        } else {
            prepared.forgetPortal(close.close().name());
        }
        out.bare(BackendType.CLOSE_COMPLETE);
        done(close);
    }

    /** Sends the next rows of a portal that was suspended. */
    boolean continueRows(Held.VirtualExecute execute) {
        Prepared.Portal portal = execute.portal();
        List<List<Optional<String>>> rest = portal.rest;
        if (rest == null) {
            return false;
        }
        rows(portal, rest, execute.maxRows());
        done(execute);
        return true;
    }

    private void rows(Prepared.Portal portal, List<List<Optional<String>>> rows, int maxRows) {
        if (maxRows > 0 && rows.size() > maxRows) {
            out.rows(rows.subList(0, maxRows));
            portal.rest = rows.subList(maxRows, rows.size());
            out.bare(BackendType.PORTAL_SUSPENDED);
        } else {
            out.rows(rows);
            portal.rest = List.of();
            out.commandComplete(portal.tag);
        }
    }

    // ---- a ruling's answer ---------------------------------------------------------------------------------------

    void answer(Held held, Ruling.Answer answer) {
        switch (held) {
            case Held.Query query -> {
                if (!answer.columns().isEmpty()) {
                    out.description(answer.columns(), column -> (short) 0, false);
                }
                out.rows(answer.rows());
                out.commandComplete(answer.tag());
                out.ready(session.backend.status());
                done(held);
            }
            case Held.VirtualDescribe describe -> {
                out.description(answer.columns(), describe.as()::format, !describe.portal());
                done(held);
            }
            case Held.VirtualExecute execute -> {
                execute.portal().tag = answer.tag();
                rows(execute.portal(), answer.rows(), execute.maxRows());
                done(held);
            }
            case Held.Execute execute -> {
                out.rows(answer.rows());
                out.commandComplete(answer.tag());
                done(held);
            }
            case Held.FunctionCall call -> done(held);
            case Held.VirtualParse parse -> done(held);
            case Held.VirtualBind bind -> done(held);
            case Held.VirtualClose close -> done(held);
            case Held.Refused refused -> done(held);
        }
    }
}
