package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Interest;
import dev.sluice.protocol.mysql.Command;
import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.protocol.mysql.HandshakeResponse;
import dev.sluice.protocol.mysql.MalformedPacketException;
import dev.sluice.protocol.mysql.Packets;
import dev.sluice.protocol.mysql.ResponseShape;
import dev.sluice.proxy.session.BulkWrite;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.Optional;

/**
 * What comes from the client: recognizes commands by their first byte, looks at statements' texts, and lets everything
 * through that is not to be judged.
 *
 * <pre>
 * GREETING ─▶ RESPONSE ─▶ EXCHANGE ⇄ COMMANDS ⇄ HELD
 *                                      ⇅   ⇅
 *                                   FILE   STREAM
 * </pre>
 *
 * A client may send ahead. What it sends before it is its turn waits here, so that nothing gets to the server as a
 * command that was not looked at as one.
 */
final class ClientFlow extends PacketFlow {

    private enum Phase {
        /** The server has not spoken yet. */
        GREETING,
        /** The handshake's response is next. */
        RESPONSE,
        /** Authentication packets go to and fro. */
        EXCHANGE,
        COMMANDS,
        /** A command is being held, or waits for the answers before it. */
        HELD,
        /** The client sends a local file. */
        FILE,
        /** The connection belongs to replication. */
        STREAM,
        /** Nothing more is read. */
        CLOSED
    }

    /** The first byte of a semi-synchronous replica's acknowledgement. */
    private static final int REPLICA_ACKNOWLEDGES = 0xEF;

    private static final int STATEMENT_ID_BYTES = 5;
    private static final int LOGIN_LIMIT_BYTES = 1 << 20;

    private final MySqlSession session;
    private final TextBuffer text = new TextBuffer();
    private Phase phase = Phase.GREETING;
    private int turns;
    private boolean continued;
    private int fileSequence;

    ClientFlow(MySqlSession session) {
        this.session = session;
    }

    void greeted() {
        phase = Phase.RESPONSE;
        session.later(this::resume);
    }

    /** The server has asked for another packet of the authentication. */
    void mayAuthenticate() {
        turns++;
        session.later(this::resume);
    }

    /** The login, or a change of user, is over. */
    void loggedIn(boolean well) {
        phase = well ? Phase.COMMANDS : Phase.CLOSED;
        session.later(this::resume);
    }

    void fileRequested(int sequence) {
        phase = Phase.FILE;
        fileSequence = sequence;
        session.later(this::resume);
    }

    void streamEnded() {
        phase = Phase.COMMANDS;
        session.later(this::resume);
    }

    /** What was held is dealt with. */
    void released() {
        if (phase == Phase.HELD) {
            phase = Phase.COMMANDS;
            resume();
        }
    }

    void close() {
        phase = Phase.CLOSED;
        discard();
    }

    /** Goes on with what stands. */
    void resume() {
        run();
        session.flushToServer();
        session.regulate();
    }

    @Override
    long next(ByteBuf in, int index, int available) {
        int length = Packets.length(in, index);
        if (length > 0 && available <= Packets.HEADER_BYTES) {
            return WAIT;
        }
        int packet = Packets.HEADER_BYTES + length;
        return switch (phase) {
            case GREETING, HELD -> WAIT;
            case RESPONSE -> available < packet(length) ? WAIT : response(in, index, length);
            case EXCHANGE -> {
                if (turns <= 0 || Packets.sequence(in, index) == 0 || length == Packets.MAX_PAYLOAD) {
                    yield WAIT;
                }
                turns--;
                yield packet;
            }
            case COMMANDS -> command(in, index, available, length);
            case FILE -> file(in, index, length);
            case STREAM -> stream(in, index, length);
            case CLOSED -> WAIT;
        };
    }

    /** The length of a packet that is read as a whole, its header included. */
    private static int packet(int length) {
        if (length > LOGIN_LIMIT_BYTES) {
            throw new MalformedPacketException("a login of " + length + " bytes");
        }
        return Packets.HEADER_BYTES + length;
    }

    private long response(ByteBuf in, int index, int length) {
        int payload = index + Packets.HEADER_BYTES;
        if (HandshakeResponse.isTlsRequest(in, payload, length)) {
            return refuse(MySqlErrors.NO_TLS, Packets.sequence(in, index));
        }
        HandshakeResponse response = HandshakeResponse.readAndMask(in, payload, length, session.allowedCapabilities());
        phase = Phase.EXCHANGE;
        session.login(response);
        return Packets.HEADER_BYTES + length;
    }

    private long file(ByteBuf in, int index, int length) {
        if (!session.bulk().mayLoad(length)) {
            return WAIT;
        }
        session.serverFlow().pieceSequence(Packets.sequence(in, index) + 1);
        in.setByte(index + 3, fileSequence++);
        if (length == 0 && !continued) {
            phase = Phase.COMMANDS;
        }
        continued = length == Packets.MAX_PAYLOAD;
        return Packets.HEADER_BYTES + length;
    }

    /** A replica only acknowledges. Anything else waits until the server has ended the stream, and is a command then. */
    private long stream(ByteBuf in, int index, int length) {
        int first = length == 0 ? -1 : in.getUnsignedByte(index + Packets.HEADER_BYTES);
        return first == REPLICA_ACKNOWLEDGES && length < Packets.MAX_PAYLOAD || first == Command.QUIT
                ? Packets.HEADER_BYTES + length
                : WAIT;
    }

    private long command(ByteBuf in, int index, int available, int length) {
        int packet = Packets.HEADER_BYTES + length;
        if (continued) {
            continued = length == Packets.MAX_PAYLOAD;
            return packet;
        }
        if (Packets.sequence(in, index) != 0) {
            return refuse(MySqlErrors.OUT_OF_ORDER, Packets.sequence(in, index));
        }
        int command = length == 0 ? -1 : in.getUnsignedByte(index + Packets.HEADER_BYTES);
        return switch (command) {
            case Command.QUERY, Command.STMT_PREPARE -> text(in, index, available, command);
            case Command.STMT_EXECUTE,
                    Command.STMT_BULK_EXECUTE,
                    Command.STMT_FETCH,
                    Command.STMT_RESET,
                    Command.STMT_CLOSE,
                    Command.STMT_SEND_LONG_DATA ->
                session.statements().isEmpty() && !session.bulk().isImplicitBeginOwing()
                        ? plain(command, length)
                        : statement(in, index, available, length, command);
            case Command.CHANGE_USER -> available < packet(length) ? WAIT : changeUser(in, index, length);
            case Command.RESET_CONNECTION -> {
                session.serverFlow().expect(new InFlight.Reset(ResponseShape.ACKNOWLEDGEMENT, Optional.empty()));
                yield packet;
            }
            case Command.BINLOG_DUMP, Command.BINLOG_DUMP_GTID -> {
                phase = Phase.STREAM;
                yield plain(command, length);
            }
            case Command.CLONE, Command.TABLE_DUMP, Command.SUBSCRIBE_GROUP_REPLICATION_STREAM ->
                refuse(MySqlErrors.NOT_RELAYED, 0);
            case Command.PROCESS_KILL -> {
                if (available >= packet && length >= STATEMENT_ID_BYTES) {
                    session.killed(in.getUnsignedIntLE(index + Packets.HEADER_BYTES + 1));
                }
                yield plain(command, length);
            }
            default -> plain(command, length);
        };
    }

    private long plain(int command, int length) {
        continued = length == Packets.MAX_PAYLOAD;
        session.serverFlow().expect(InFlight.Plain.of(Command.answer(command)));
        return Packets.HEADER_BYTES + length;
    }

    private long changeUser(ByteBuf in, int index, int length) {
        ByteBuf payload = in.slice(index + Packets.HEADER_BYTES + 1, length - 1);
        String user = Packets.readNulString(payload);
        phase = Phase.EXCHANGE;
        turns = 0;
        session.serverFlow().expect(new InFlight.Reset(ResponseShape.LOGIN, Optional.of(user)));
        return Packets.HEADER_BYTES + length;
    }

    private long text(ByteBuf in, int index, int available, int command) {
        int limit = session.settings().limits().statementBytes();
        long whole = TextBuffer.messageBytes(in, index, available, limit);
        if (whole == TextBuffer.TOO_LARGE) {
            return refuse(MySqlErrors.TOO_LARGE, 0);
        }
        if (whole == TextBuffer.INCOMPLETE) {
            return WAIT;
        }
        int packets = text.load(in, index, (int) whole, session.capabilities());
        Interest interest = session.readings().look(text.bytes(), text.length());
        if (interest != Interest.JUDGE) {
            BulkWrite write = session.bulk().look(interest, text);
            if (!write.judged()) {
                return command == Command.QUERY ? query(whole, write) : prepare(whole, write);
            }
        }
        byte[] sql = text.copy();
        if (command == Command.QUERY) {
            return hold(in, index, (int) whole, new Hold.Query(sql, packets));
        }
        if (session.readings().isForGateway(Charsets.lossless(sql))) {
            return hold(in, index, (int) whole, new Hold.PrepareOwn(sql, packets));
        }
        session.statements().preparing(sql);
        session.serverFlow().expect(new InFlight.Prepare(sql));
        return whole;
    }

    private long prepare(long whole, BulkWrite write) {
        if (write.paced()) {
            session.statements().preparingPaced(write);
            session.serverFlow().expect(new InFlight.Prepare(new byte[0], write));
        } else {
            session.statements().preparingOther();
            session.serverFlow().expect(InFlight.Plain.of(ResponseShape.PREPARED));
        }
        return whole;
    }

    private long query(long whole, BulkWrite write) {
        if (write.paced() || session.bulk().isBeginOwing(text)) {
            return paced(whole, write);
        }
        if (KillStatement.mayBe(text.bytes(), text.length())) {
            KillStatement.target(text.bytes(), text.length()).ifPresent(session::killed);
        }
        session.serverFlow().expect(InFlight.Plain.of(ResponseShape.RESULT));
        return whole;
    }

    /** What may have to wait; then it is looked at again. */
    private long paced(long bytes, BulkWrite write) {
        return switch (session.bulk().begin(write)) {
            case WAIT -> {
                phase = Phase.HELD;
                yield WAIT;
            }
            case CANCELLED -> {
                session.writeToClient(MySqlErrors.framed(session.client().alloc(), MySqlErrors.INTERRUPTED, 1));
                session.flushToClient();
                yield -bytes;
            }
            case GO -> {
                if (write.paced()) {
                    session.bulk().sent(write);
                }
                session.serverFlow()
                        .expect(write.paced() ? InFlight.BulkWrite.INSTANCE : InFlight.Plain.of(ResponseShape.RESULT));
                yield bytes;
            }
        };
    }

    private long statement(ByteBuf in, int index, int available, int length, int command) {
        int packet = Packets.HEADER_BYTES + length;
        if (length < STATEMENT_ID_BYTES) {
            return plain(command, length); // the server has an error for it
        }
        if (available < Packets.HEADER_BYTES + STATEMENT_ID_BYTES) {
            return WAIT;
        }
        int id = in.getIntLE(index + Packets.HEADER_BYTES + 1);
        boolean own = session.statements().isOwn(id);
        if (command == Command.STMT_CLOSE) {
            session.statements().close(id);
            return own && available >= packet ? -packet : plain(command, length);
        }
        boolean executes = command == Command.STMT_EXECUTE || command == Command.STMT_BULK_EXECUTE;
        if (!own && !executes) {
            return plain(command, length);
        }
        if (executes && session.statements().uncertain() && id != Statements.LAST_PREPARED) {
            return waitForAnswers();
        }
        BulkWrite write = executes ? session.statements().write(id) : BulkWrite.ORDINARY;
        if (write.paced() || executes && session.bulk().isImplicitBeginOwing()) {
            // Parameters that fill a packet are no loop of small batches: they pass.
            return length == Packets.MAX_PAYLOAD
                    ? plain(command, length)
                    : available < packet ? WAIT : paced(packet, write);
        }
        Optional<byte[]> sql = session.statements().text(id);
        if (sql.isEmpty()) {
            return plain(command, length);
        }
        long whole = TextBuffer.messageBytes(
                in, index, available, session.settings().limits().statementBytes());
        if (whole == TextBuffer.TOO_LARGE) {
            return refuse(MySqlErrors.TOO_LARGE, 0);
        }
        if (whole == TextBuffer.INCOMPLETE) {
            return WAIT;
        }
        return switch (command) {
            case Command.STMT_SEND_LONG_DATA -> -whole;
            case Command.STMT_EXECUTE, Command.STMT_BULK_EXECUTE ->
                hold(in, index, (int) whole, new Hold.Execute(sql.get(), own));
            default -> hold(in, index, (int) whole, new Hold.TouchOwn(command == Command.STMT_RESET));
        };
    }

    private long waitForAnswers() {
        phase = Phase.HELD;
        session.serverFlow().whenDrained(() -> session.later(this::released));
        return WAIT;
    }

    private long hold(ByteBuf in, int index, int bytes, Hold hold) {
        phase = Phase.HELD;
        ByteBuf message = in.retainedSlice(index, bytes);
        session.hold(hold, message);
        return -bytes;
    }

    private long refuse(ErrPacket error, int sequence) {
        phase = Phase.CLOSED;
        session.closeWith(error, sequence + 1);
        return WAIT;
    }

    @Override
    void pass(ByteBuf slice) {
        session.writeToServer(slice);
    }

    @Override
    void malformed(MalformedPacketException why) {
        if (phase == Phase.CLOSED) {
            return;
        }
        boolean early = phase == Phase.RESPONSE;
        phase = Phase.CLOSED;
        session.closeWith(early ? MySqlErrors.HANDSHAKE : MySqlErrors.MALFORMED, early ? 2 : 1);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        session.flushToServer();
        session.regulate();
    }

    /** Whether bytes stand that cannot go on before something else has happened, and are many. */
    boolean overfull() {
        boolean gathering = phase == Phase.COMMANDS;
        return !gathering && waitingBytes() > session.settings().limits().queuedBytes();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        session.regulate();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session.clientGone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.failed("client", cause);
    }
}
