package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.protocol.mysql.AnswerEncoder;
import dev.sluice.protocol.mysql.Command;
import dev.sluice.protocol.mysql.OkPacket;
import dev.sluice.protocol.mysql.ServerStatus;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message that is held: asks the session what its modes are, has the text judged, and does what the ruling says. Runs
 * on a virtual thread of its own and touches the session through tasks on its event loop only.
 */
final class HeldCommand implements HeldSession {

    private static final Logger LOG = LoggerFactory.getLogger(HeldCommand.class);
    private static final String ASK_SESSION =
            "SELECT @@sql_mode, DATABASE(), @@character_set_client, @@character_set_results";

    private final MySqlSession session;
    private final Hold hold;
    private final ByteBuf message;
    private Charset charset = StandardCharsets.UTF_8;
    private Charset results = StandardCharsets.UTF_8;
    private String database = "";
    private LexicalRules rules;
    private TransactionStatus transaction = TransactionStatus.IDLE;
    private int sequence = 1;

    HeldCommand(MySqlSession session, Hold hold, ByteBuf message) {
        this.session = session;
        this.hold = hold;
        this.message = message;
        this.rules = session.readings().plain();
    }

    /** Called on the event loop, once the answers before are through. */
    void start() {
        transaction = session.transaction();
        switch (hold) {
            case Hold.Query query -> judgeLater(query.sql(), query.packets());
            case Hold.Execute execute -> judgeLater(execute.sql(), 1);
            case Hold.PrepareOwn prepare -> {
                int id = session.statements().prepareOwn(prepare.sql());
                sequence = prepare.packets();
                answer(encoder -> encoder.prepared(id));
                release();
            }
            case Hold.TouchOwn touch -> {
                answer(encoder -> {
                    if (touch.reset()) {
                        encoder.ok(new OkPacket(0, 0, sessionStatus(), 0, ""));
                    } else {
                        encoder.err(MySqlErrors.NOT_RELAYED);
                    }
                });
                release();
            }
        }
    }

    private void judgeLater(byte[] sql, int packets) {
        sequence = packets;
        Thread.ofVirtual().name("session-" + session.id()).start(() -> judge(sql));
    }

    private void judge(byte[] sql) {
        try {
            askSession();
            charset = Charsets.fitting(sql, charset);
            byte[] readable = new String(sql, charset).getBytes(StandardCharsets.UTF_8);
            if (session.readings().lookAtUtf8(readable, rules) == Interest.JUDGE) {
                perform(session.relay().interceptor().judge(this, new String(sql, charset)), sql);
            } else {
                forward(InFlight.Plain.of(Command.answer(command())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ServerErrorException e) {
            refuse(e.error());
        } catch (RuntimeException e) {
            LOG.error("session {}: judging failed", session.id(), e);
            refuse(ServerError.of("HY000", 1105, "the gateway failed to judge this statement", e.toString(), ""));
        }
    }

    /** A session that does not even answer this (an expired password) gets the statement's own error. */
    private void askSession() throws ServerErrorException {
        QueryResult answer;
        try {
            answer = query(ASK_SESSION);
        } catch (ServerErrorException e) {
            if (e.error().equals(MySqlErrors.CONNECTION_LOST)) {
                throw e;
            }
            return;
        }
        List<Optional<String>> row = answer.rows().getFirst();
        String mode = row.get(0).orElse("");
        rules = Readings.rules(
                session.readings().plain().version(),
                mode.contains("ANSI_QUOTES"),
                mode.contains("NO_BACKSLASH_ESCAPES"));
        database = row.get(1).orElse("");
        session.database(database);
        charset = Charsets.of(row.get(2).orElse("utf8mb4"));
        results = Charsets.of(row.get(3).orElse("utf8mb4"));
    }

    private void perform(Ruling ruling, byte[] sql) throws InterruptedException {
        switch (ruling) {
            case Ruling.Forward forward -> forward(InFlight.Plain.of(Command.answer(command())));
            case Ruling.Refuse refuse -> refuse(refuse.error());
            case Ruling.Answer answer ->
                finish(encoder ->
                        encoder.table(answer.columns(), answer.rows(), sessionStatus(), hold instanceof Hold.Execute));
            case Ruling.Executed executed -> executed(executed.parts());
            case Ruling.Substitute substitute -> substitute(substitute, sql);
        }
    }

    private int command() {
        return hold instanceof Hold.Execute ? Command.STMT_EXECUTE : Command.QUERY;
    }

    // --- rulings

    private void forward(InFlight answer) {
        onLoop(() -> {
            if (hold instanceof Hold.Execute execute && execute.own()) {
                // The server never saw it prepared: it gives its own error for the text.
                session.writeToServer(queryPacket(execute.sql()));
                message.release();
            } else {
                session.writeToServer(message);
            }
            session.serverFlow().expect(answer);
            session.flushToServer();
            session.released();
        });
    }

    private void refuse(ServerError error) {
        finish(encoder -> encoder.err(MySqlErrors.packet(error)));
    }

    private void executed(List<Ruling.Part> parts) throws InterruptedException {
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            Optional<ServerError> error = switch (parts.get(i)) {
                case Ruling.Part.Ok ok -> {
                    ok(ok.affectedRows(), ok.warnings(), ok.info(), last);
                    yield Optional.empty();
                }
                case Ruling.Part.Relay relay -> relay(relay.start(), relay.end(), last);
                case Ruling.Part.Failed failed -> {
                    onLoop(() -> answer(encoder -> encoder.err(MySqlErrors.packet(failed.error()))));
                    yield Optional.of(failed.error());
                }
            };
            if (error.isPresent()) {
                break; // an error ends the message, as it does at the server
            }
        }
        onLoop(this::release);
    }

    private void substitute(Ruling.Substitute substitute, byte[] sql) {
        InFlight.Reported reported = new InFlight.Reported(new Reporter(substitute));
        if (substitute.edits().isEmpty()) {
            onLoop(() -> {
                session.writeToServer(message.retain());
                session.serverFlow().expect(reported);
                session.flushToServer();
            });
            return;
        }
        StringBuilder text = new StringBuilder(new String(sql, charset));
        for (Ruling.Edit edit : substitute.edits().reversed()) {
            text.replace(edit.start(), edit.end(), edit.sql());
        }
        onLoop(() -> {
            session.writeToServer(queryPacket(text.toString().getBytes(charset)));
            session.serverFlow().expect(reported);
            session.flushToServer();
        });
    }

    /** The audit trail hears of the outcome, then the client does. */
    private final class Reporter implements ReportedAnswer {
        private final Ruling.Substitute ruling;

        Reporter(Ruling.Substitute ruling) {
            this.ruling = ruling;
        }

        @Override
        public void ended(Optional<ServerError> error, ByteBuf last) {
            transaction = session.transaction();
            Thread.ofVirtual().start(() -> {
                Optional<ServerError> instead = report(error);
                onLoop(() -> {
                    if (instead.isPresent()) {
                        sequence = last.getUnsignedByte(3);
                        last.release();
                        answer(encoder -> encoder.err(MySqlErrors.packet(instead.get())));
                    } else {
                        session.writeToClient(last);
                        session.flushToClient();
                    }
                    release();
                });
            });
        }

        /** DDL commits by itself here: its transaction has ended with it. */
        private Optional<ServerError> report(Optional<ServerError> error) {
            try {
                session.relay().interceptor().answered(HeldCommand.this, ruling, error);
                return error.isPresent()
                        ? Optional.empty()
                        : session.relay().interceptor().transactionEnded(HeldCommand.this, List.of(ruling));
            } catch (RuntimeException e) {
                LOG.error("session {}: the outcome could not be reported", session.id(), e);
                return Optional.of(
                        ServerError.of("HY000", 1105, "the gateway failed to record this", e.toString(), ""));
            }
        }

        @Override
        public void lost() {
            Thread.ofVirtual()
                    .start(() -> session.relay()
                            .interceptor()
                            .answered(HeldCommand.this, ruling, Optional.of(MySqlErrors.CONNECTION_LOST)));
            message.release();
        }
    }

    // --- HeldSession

    @Override
    public SessionInfo info() {
        return new SessionInfo(
                session.id(),
                session.settings().upstream(),
                session.settings().environment(),
                database,
                session.user(),
                session.application(),
                session.clientAddress(),
                session.connectionId(),
                rules);
    }

    @Override
    public TransactionStatus transaction() {
        return transaction;
    }

    @Override
    public QueryResult query(String sql) throws ServerErrorException {
        ResultCollector collector = new ResultCollector(results);
        onLoop(() -> inject(sql.getBytes(charset), new InFlight.Injected(collector), collector::lost));
        try {
            return collector.answer().get();
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

    @Override
    public Optional<ServerError> relayPart(int start, int end) throws InterruptedException {
        return relay(start, end, false);
    }

    @Override
    public void okPart(long affectedRows, int warnings, String info) {
        ok(affectedRows, warnings, info, false);
    }

    @Override
    public void notice(Notice notice) {
        LOG.debug("session {}: {} {}", session.id(), notice.severity(), notice.message());
    }

    @Override
    public boolean abandoned() {
        return session.lost();
    }

    private Optional<ServerError> relay(int start, int end, boolean last) throws InterruptedException {
        CompletableFuture<Optional<ServerError>> done = new CompletableFuture<>();
        byte[] piece = text().substring(start, end).getBytes(charset);
        onLoop(() -> {
            session.serverFlow().pieceSequence(sequence);
            inject(
                    piece,
                    new InFlight.Piece(last, done),
                    () -> done.complete(Optional.of(MySqlErrors.CONNECTION_LOST)));
        });
        try {
            Optional<ServerError> error = done.get();
            CompletableFuture<Integer> next = new CompletableFuture<>();
            onLoop(() -> next.complete(session.serverFlow().pieceSequence()));
            sequence = next.get();
            return error;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void ok(long affectedRows, int warnings, String info, boolean last) {
        onLoop(() -> {
            int status = sessionStatus() | (last ? 0 : ServerStatus.MORE_RESULTS_EXIST);
            answer(encoder -> encoder.ok(new OkPacket(affectedRows, 0, status, warnings, info)));
        });
    }

    private String text() {
        return switch (hold) {
            case Hold.Query query -> new String(query.sql(), charset);
            case Hold.Execute execute -> new String(execute.sql(), charset);
            case Hold.PrepareOwn prepare -> new String(prepare.sql(), charset);
            case Hold.TouchOwn touch -> "";
        };
    }

    // --- on the event loop

    private void onLoop(Runnable task) {
        session.later(task);
    }

    private void inject(byte[] sql, InFlight command, Runnable lost) {
        if (!session.serverIsActive()) {
            lost.run();
            return;
        }
        session.writeToServer(queryPacket(sql));
        session.serverFlow().expect(command);
        session.flushToServer();
    }

    private ByteBuf queryPacket(byte[] sql) {
        ByteBuf packet = session.client().alloc().buffer(sql.length + 16);
        AnswerEncoder.query(packet, Unpooled.wrappedBuffer(sql), session.capabilities());
        return packet;
    }

    private int sessionStatus() {
        return session.serverFlow().status() & ServerStatus.OF_THE_SESSION;
    }

    private void finish(Consumer<AnswerEncoder> body) {
        onLoop(() -> {
            answer(body);
            release();
        });
    }

    private void answer(Consumer<AnswerEncoder> body) {
        ByteBuf out = session.client().alloc().buffer();
        AnswerEncoder encoder = new AnswerEncoder(out, session.capabilities(), sequence);
        body.accept(encoder);
        sequence = encoder.sequence();
        session.writeToClient(out);
        session.flushToClient();
    }

    private void release() {
        message.release();
        session.released();
    }
}
