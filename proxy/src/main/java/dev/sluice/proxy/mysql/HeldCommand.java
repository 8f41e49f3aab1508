package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.protocol.mysql.Capabilities;
import dev.sluice.protocol.mysql.Command;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.intercept.WherePrepared;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message that is held: asks the session what its modes are, has the text judged, and does what the ruling says. Runs
 * on a virtual thread of its own and touches the session through tasks on its event loop only.
 */
final class HeldCommand implements HeldSession {

    private static final Logger LOG = LoggerFactory.getLogger(HeldCommand.class);

    private final MySqlSession session;
    private final Hold hold;
    private final ByteBuf message;
    private final HeldReplies replies;
    private final HeldQueries queries;
    private volatile String text = "";
    /** What the text was read in, and its pieces are sent in; a statement of the message may change the session's. */
    private volatile Charset written = StandardCharsets.UTF_8;

    /** Whether it is more than one statement. */
    private volatile boolean several;

    private volatile SessionModes modes;
    private volatile TransactionStatus transaction = TransactionStatus.IDLE;

    HeldCommand(MySqlSession session, Hold hold, ByteBuf message) {
        this.session = session;
        this.hold = hold;
        this.message = message;
        this.replies = new HeldReplies(session);
        this.queries = new HeldQueries(session);
        this.modes = SessionModes.plain(session.readings().plain());
    }

    /** Called on the event loop, once the answers before are through. */
    void start() {
        transaction = session.transaction();
        switch (hold) {
            case Hold.Query query -> {
                session.multiStatements().suspendFor(query.sql());
                judgeLater(query.packets());
            }
            case Hold.Execute execute -> judgeLater(1);
            case Hold.Prepare prepare -> {
                replies.from(prepare.packets());
                Thread.ofVirtual().name("session-" + session.id()).start(() -> prepare(prepare));
            }
            case Hold.TouchOwn touch -> {
                replies.touched(touch.reset());
                release();
            }
        }
    }

    private void judgeLater(int packets) {
        replies.from(packets);
        Thread.ofVirtual().name("session-" + session.id()).start(this::judge);
    }

    private void prepare(Hold.Prepare prepare) {
        try {
            refresh();
        } catch (ServerErrorException e) {
            refuse(e.error());
            return;
        }
        Prepared prepared = new Prepared(prepare.sql(), modes);
        onLoop(() -> {
            if (prepare.own()) {
                int id = session.statements().prepareOwn(prepared);
                replies.send(encoder -> encoder.prepared(id));
                release();
            } else {
                session.statements().preparing(prepared);
                session.writeToServer(message);
                session.serverFlow().expect(InFlight.Prepare.judged(prepared));
                session.flushToServer();
                session.released();
            }
        });
    }

    private void judge() {
        try {
            refresh();
            if (hold instanceof Hold.Execute execute
                    && !modes.readsAs(execute.prepared().modes())) {
                refuse(MySqlErrors.PREPARED_OTHERWISE);
                return;
            }
            written = Charsets.fitting(hold.sql(), modes.client());
            text = new String(hold.sql(), written);
            Optional<ServerError> doubt = Doubt.in(text, modes);
            if (doubt.isPresent()) {
                refuse(doubt.get());
            } else if (isSeveral() && !session.multiStatements().wanted()) {
                refuse(MySqlErrors.ONE_STATEMENT);
            } else if (several || session.readings().lookAtText(text, modes.rules()) != Interest.NONE) {
                perform(ruling());
            } else {
                forward();
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

    private boolean isSeveral() {
        List<StatementText> statements = Splitter.splitWithoutDirectives(text, modes.rules());
        boolean suspect = modes.isAmbiguous() || Doubt.mayChangeCharset(statements);
        onLoop(() -> session.readings().settled(suspect));
        several = statements.size() > 1;
        return several && hold instanceof Hold.Query;
    }

    private Ruling ruling() throws ServerErrorException {
        Interceptor interceptor = session.relay().interceptor();
        return hold instanceof Hold.Execute execute
                ? WherePrepared.judge(this, execute.prepared().modes().database(), text, interceptor)
                : interceptor.judge(this, text);
    }

    /** A session that does not even answer this (an expired password) gets the statement's own error. */
    @Override
    public void refresh() throws ServerErrorException {
        SessionModes now;
        try {
            now = queries.modes();
        } catch (ServerErrorException e) {
            if (e.error().equals(MySqlErrors.CONNECTION_LOST)) {
                throw e;
            }
            return;
        }
        modes = now.fitting(hold.sql());
        session.database(modes.database());
        Optional<ServerError> doubt =
                Doubt.in(hold.sql(), now, modes).or(() -> Doubt.afterChange(text, written, modes.client()));
        if (doubt.isPresent()) {
            throw new ServerErrorException(doubt.get());
        }
    }

    // --- rulings

    private void perform(Ruling ruling) throws InterruptedException {
        switch (ruling) {
            case Ruling.Forward forward -> forward();
            case Ruling.Refuse refuse -> refuse(refuse.error());
            case Ruling.Answer answer ->
                onLoop(() -> {
                    boolean binary = hold instanceof Hold.Execute;
                    replies.send(encoder -> encoder.table(answer.columns(), answer.rows(), replies.status(), binary));
                    release();
                });
            case Ruling.Executed executed -> executed(executed.parts());
            case Ruling.Substitute substitute -> substitute(substitute);
        }
    }

    private void forward() {
        int command = hold instanceof Hold.Execute ? Command.STMT_EXECUTE : Command.QUERY;
        onLoop(() -> {
            if (several) {
                session.multiStatements().resume();
            }
            if (hold instanceof Hold.Execute execute && execute.own()) {
                // The server never saw it prepared: it gives its own error for the text.
                session.writeToServer(queries.packet(execute.sql()));
                message.release();
            } else {
                session.writeToServer(message);
            }
            session.serverFlow().expect(InFlight.Plain.of(Command.answer(command)));
            session.flushToServer();
            session.multiStatements().resume();
            session.released();
        });
    }

    private void refuse(ServerError error) {
        onLoop(() -> {
            replies.error(error);
            release();
        });
    }

    private void executed(List<Ruling.Part> parts) throws InterruptedException {
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            Ruling.Part part = parts.get(i);
            boolean failed;
            if (part instanceof Ruling.Part.Relay relay) {
                failed = relayPart(relay.start(), relay.end(), last).isPresent();
            } else {
                answerPart(part, last);
                failed = part instanceof Ruling.Part.Failed;
            }
            if (failed) {
                break; // an error ends the message, as it does at the server
            }
        }
        onLoop(this::release);
    }

    private void answerPart(Ruling.Part part, boolean last) {
        onLoop(() -> replies.part(part, hold instanceof Hold.Execute, last));
    }

    private void substitute(Ruling.Substitute substitute) {
        InFlight.Reported reported = new InFlight.Reported(new HeldReport(this, session, substitute, new ReportEnd()));
        StringBuilder edited = new StringBuilder(text);
        for (Ruling.Edit edit : substitute.edits().reversed()) {
            edited.replace(edit.start(), edit.end(), edit.sql());
        }
        onLoop(() -> {
            session.writeToServer(
                    substitute.edits().isEmpty()
                            ? message.retain()
                            : queries.packet(edited.toString().getBytes(written)));
            session.serverFlow().expect(reported);
            session.flushToServer();
        });
    }

    private final class ReportEnd implements HeldReport.End {

        @Override
        public void answered() {
            transaction = session.transaction();
        }

        @Override
        public void pass(ByteBuf last) {
            session.writeToClient(last);
            session.flushToClient();
            release();
        }

        @Override
        public void instead(ServerError error, ByteBuf last) {
            replies.from(last.getUnsignedByte(3));
            last.release();
            replies.error(error);
            release();
        }

        @Override
        public void lost() {
            message.release();
        }
    }

    // --- HeldSession

    @Override
    public boolean countsMatchedRows() {
        return (session.capabilities() & Capabilities.FOUND_ROWS) != 0;
    }

    @Override
    public SessionInfo info() {
        return session.info(modes.database(), modes.rules());
    }

    @Override
    public TransactionStatus transaction() {
        return transaction;
    }

    @Override
    public QueryResult query(String sql) throws ServerErrorException {
        return queries.ask(sql, modes);
    }

    @Override
    public Optional<ServerError> relayPart(int start, int end, boolean last) throws InterruptedException {
        byte[] piece = text.substring(start, end).getBytes(written);
        return queries.relay(piece, last, replies, () -> transaction = session.transaction());
    }

    @Override
    public void answerPart(QueryResult result) {
        answerPart(Ruling.Part.of(result), false);
    }

    @Override
    public void notice(Notice notice) {
        LOG.debug("session {}: {} {}", session.id(), notice.severity(), notice.message());
    }

    @Override
    public boolean waitsInSight(String what, Duration moment) {
        String seconds = BigDecimal.valueOf(moment.toMillis(), 3).toPlainString();
        try {
            query("DO SLEEP(" + seconds + ") /* sluice: " + what.replace("*/", "* /") + " */");
            return true;
        } catch (ServerErrorException e) {
            return false; // A KILL is meant for what is waited for: see abandoned.
        }
    }

    @Override
    public boolean abandoned() {
        return session.lost();
    }

    // --- on the event loop

    private void onLoop(Runnable task) {
        session.later(task);
    }

    private void release() {
        session.multiStatements().resume();
        message.release();
        session.released();
    }
}
