package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.protocol.mysql.AnswerEncoder;
import dev.sluice.protocol.mysql.ResponseShape;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** What is sent to the server while a message is held: statements of the gateway's own, and pieces of the message. */
final class HeldQueries {

    private final MySqlSession session;

    HeldQueries(MySqlSession session) {
        this.session = session;
    }

    /**
     * Asks for the gateway, with the session's settings set aside that would spoil the answer; the client sees nothing of it.
     * Blocks, so not on the event loop.
     */
    QueryResult ask(String sql, SessionModes modes) throws ServerErrorException {
        if (!modes.aside().concerns(sql)) {
            return once(sql, modes);
        }
        once(modes.aside().off(), modes);
        try {
            return once(sql, modes);
        } finally {
            once(modes.aside().back(), modes);
        }
    }

    /** What the session's modes are now. */
    SessionModes modes() throws ServerErrorException {
        LexicalRules plain = session.readings().plain();
        return SessionModes.of(once(SessionModes.QUESTION, SessionModes.plain(plain)), plain);
    }

    private QueryResult once(String sql, SessionModes modes) throws ServerErrorException {
        CompletableFuture<QueryResult> answer = new CompletableFuture<>();
        boolean asked = session.later(() -> asking(sql, modes).whenComplete((result, error) -> {
            if (error == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(error);
            }
        }));
        if (!asked) {
            throw new ServerErrorException(MySqlErrors.CONNECTION_LOST);
        }
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ServerErrorException error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerErrorException(ServerError.of("70100", 1317, "Query execution was interrupted", "", ""));
        }
    }

    /** The same on the event loop; the answer comes there too. */
    CompletableFuture<QueryResult> asking(String sql, SessionModes modes) {
        ResultCollector collector = new ResultCollector();
        inject(sql.getBytes(modes.client()), new InFlight.Injected(collector, ResponseShape.RESULT), collector::lost);
        return collector.answer();
    }

    /**
     * Sends a piece of the message, whose answer goes to the client with the numbers that come next. Blocks.
     *
     * @param last whether no other answer to the message follows
     * @param answered is run on the event loop when it has
     */
    Optional<ServerError> relay(byte[] sql, boolean last, HeldReplies replies, Runnable answered)
            throws InterruptedException {
        CompletableFuture<Optional<ServerError>> answer = new CompletableFuture<>();
        session.later(() -> piece(sql, last, replies, answer));
        CompletableFuture<Optional<ServerError>> done = answer.thenApplyAsync(
                error -> {
                    replies.from(session.serverFlow().pieceSequence());
                    answered.run();
                    return error;
                },
                task -> session.later(task));
        try {
            return done.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void piece(
            byte[] sql, boolean last, HeldReplies replies, CompletableFuture<Optional<ServerError>> answered) {
        session.serverFlow().pieceSequence(replies.sequence());
        inject(
                sql,
                new InFlight.Piece(last, answered),
                () -> answered.complete(Optional.of(MySqlErrors.CONNECTION_LOST)));
    }

    private void inject(byte[] sql, InFlight command, Runnable lost) {
        if (!session.serverIsActive()) {
            lost.run();
            return;
        }
        session.writeToServer(packet(sql));
        session.serverFlow().expect(command);
        session.flushToServer();
    }

    /** A COM_QUERY as the session has agreed on it. */
    ByteBuf packet(byte[] sql) {
        ByteBuf packet = session.client().alloc().buffer(sql.length + 16);
        AnswerEncoder.query(packet, Unpooled.wrappedBuffer(sql), session.capabilities());
        return packet;
    }
}
