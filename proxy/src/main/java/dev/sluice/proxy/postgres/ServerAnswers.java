package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.Fields;
import dev.sluice.protocol.postgres.InFlight;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * What becomes of the server's messages that are taken apart: answers to the gateway's own messages end here, those to
 * substitutes are put into the client's terms, others go on. On the session's event loop.
 */
final class ServerAnswers {
    private final Interception interception;
    private final Session session;
    private final InFlight inFlight;
    private final ClientOut out;
    private final SubstitutedTransaction transaction;
    private final RequestEnd requestEnd;

    ServerAnswers(Interception interception, Session session, ClientOut out, SubstitutedTransaction transaction) {
        this.interception = interception;
        this.session = session;
        this.inFlight = session.inFlight;
        this.out = out;
        this.transaction = transaction;
        this.requestEnd = new RequestEnd(interception, session, out, transaction);
    }

    /** @param message stays the caller's */
    void onServerMessage(byte type, ByteBuf message) {
        if (type == BackendType.PARAMETER_STATUS) {
            session.backend.observe(type, body(message));
            out.forward(message);
        } else if (type == BackendType.NOTIFICATION_RESPONSE) {
            out.forward(message);
        } else if (inFlight.isHeadOwn()) {
            own(type, message);
        } else {
            relayed(type, message);
        }
    }

    private static ByteBuf body(ByteBuf message) {
        return message.slice(message.readerIndex() + 5, message.readableBytes() - 5);
    }

    // ---- answers to the gateway's own messages -------------------------------------------------------------------

    private void own(byte type, ByteBuf message) {
        if (interception.phase() instanceof Phase.Answering && type == BackendType.ERROR_RESPONSE) {
            relayed(type, message);
            return;
        }
        if (type == BackendType.READY_FOR_QUERY) {
            session.backend.statusIs(message.getByte(message.readerIndex() + 5));
        }
        interception.injected.answered(type, body(message));
        inFlight.received(type);
        if (inFlight.isHeadOwn()) {
            return;
        }
        interception.injected.done();
        if (interception.phase() instanceof Phase.Failing failing) {
            failed(failing);
        } else if (interception.phase() instanceof Phase.Answering answering) {
            extendedDone(answering);
        }
    }

    private void failed(Phase.Failing failing) {
        failing.held().message().release();
        out.error(failing.error());
        if (failing.held().isSimple()) {
            out.ready(session.backend.status());
            transaction.ready();
        }
        interception.open();
    }

    // ---- answers to the client's messages ------------------------------------------------------------------------

    private void relayed(byte type, ByteBuf message) {
        if (interception.phase() instanceof Phase.Answering answering) {
            answered(answering, type, message);
        } else {
            passed(type, message);
        }
    }

    private void passed(byte type, ByteBuf message) {
        switch (type) {
            case BackendType.COMMAND_COMPLETE -> {
                transaction.release();
                transaction.completed(message);
                inFlight.received(type);
                if (transaction.keepsCompletion()) {
                    transaction.withhold(message.copy());
                } else {
                    out.forward(message);
                }
            }
            case BackendType.READY_FOR_QUERY -> requestEnd.ready(message);
            default -> {
                transaction.release();
                inFlight.received(type);
                out.forward(message);
            }
        }
        interception.settle();
    }

    // ---- answers to substitutes ----------------------------------------------------------------------------------

    private void answered(Phase.Answering answering, byte type, ByteBuf message) {
        SubstituteAnswer answer = answering.answer();
        switch (type) {
            case BackendType.COMMAND_COMPLETE -> completed(answering, message);
            case BackendType.ERROR_RESPONSE -> {
                transaction.release();
                inFlight.received(type);
                failed(answering, answer.translate(message));
            }
            case BackendType.NOTICE_RESPONSE -> out.notice(answer.translate(message));
            case BackendType.READY_FOR_QUERY -> ready(answering, message.copy());
            default -> {
                transaction.release();
                inFlight.received(type);
                out.forward(message);
                extendedDone(answering);
            }
        }
    }

    private void completed(Phase.Answering answering, ByteBuf message) {
        SubstituteAnswer answer = answering.answer();
        transaction.release();
        transaction.completed(message);
        inFlight.received(BackendType.COMMAND_COMPLETE);
        transaction.withhold(answer.commandComplete(message, session.client.alloc()));
        if (!answer.isReported() && (!answering.simple() || answer.isPastLastEdit())) {
            report(answering, Optional.empty(), () -> extendedDone(answering));
        } else {
            extendedDone(answering);
        }
    }

    /** @param kept released here: the server's messages may go on before it is dealt with */
    private void ready(Phase.Answering answering, ByteBuf kept) {
        if (answering.answer().isReported()) {
            requestEnd.ready(kept);
            kept.release();
            return;
        }
        report(
                answering,
                Optional.empty(),
                () -> {
                    requestEnd.ready(kept);
                    kept.release();
                },
                kept::release);
    }

    /** In the extended protocol an Execute's answer is over with its terminator; the gateway's own Close follows. */
    private void extendedDone(Phase.Answering answering) {
        if (interception.phase() == answering && !answering.simple() && inFlight.isEmpty()) {
            interception.open();
        }
    }

    private void failed(Phase.Answering answering, Fields fields) {
        SubstituteAnswer answer = answering.answer();
        Runnable tell = () -> {
            out.error(fields);
            if (!answering.simple()) {
                interception.open();
            }
        };
        if (answer.isReported()) {
            tell.run();
            return;
        }
        transaction.remove(answer.ruling);
        report(answering, Optional.of(answer.error(fields)), tell);
    }

    private void report(Phase.Answering answering, Optional<ServerError> error, Runnable then) {
        report(answering, error, then, () -> {});
    }

    /**
     * Tells the interceptor the outcome; then goes on.
     *
     * @param dropped what to do instead when the session has ended meanwhile
     */
    private void report(Phase.Answering answering, Optional<ServerError> error, Runnable then, Runnable dropped) {
        SubstituteAnswer answer = answering.answer();
        answer.reported();
        HeldClient client = interception.lend();
        interception.enter(new Phase.Reporting(client));
        session.pressure.updateServer();
        client.run(
                "outcome",
                () -> {
                    interception.calls().answered(client, answer.ruling, error);
                    return answering;
                },
                reported -> {
                    if (session.end().isEnding()) {
                        dropped.run();
                        interception.lost();
                        return;
                    }
                    interception.enter(reported);
                    then.run();
                    session.resumeServer();
                    // Where nothing of the server's was kept, nobody else sends what has been said just now.
                    session.flushClient();
                });
    }
}
