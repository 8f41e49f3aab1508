package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Command;
import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.protocol.mysql.HandshakeResponse;
import dev.sluice.protocol.mysql.MalformedPacketException;
import dev.sluice.protocol.mysql.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * What comes from the client: knows whose turn it is and what may come, and has commands looked at by
 * {@link ClientCommands}.
 *
 * <pre>
 * GREETING ─▶ RESPONSE ─▶ EXCHANGE ⇄ COMMANDS ⇄ HELD
 *                                    ⇅  ⇅  ⇅
 *                               FILE  STREAM  DROPPED
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
        /** What comes belongs to a message that is refused. */
        DROPPED,
        /** Nothing more is read. */
        CLOSED
    }

    /** The first byte of a semi-synchronous replica's acknowledgement. */
    private static final int REPLICA_ACKNOWLEDGES = 0xEF;

    private static final int LOGIN_LIMIT_BYTES = 1 << 20;

    private final MySqlSession session;
    private final ClientCommands commands;
    private Phase phase = Phase.GREETING;
    /** What it was when nothing more was to be read. */
    private Phase last = Phase.GREETING;

    private int turns;
    /** Whether the next packet goes on with the message of the one before. */
    private boolean continued;
    /** Of the message at hand, the packet at hand included. */
    private int packets;

    private @Nullable LongText longText;
    private @Nullable DroppedMessage droppedMessage;
    private int fileSequence;

    ClientFlow(MySqlSession session) {
        this.session = session;
        this.commands = new ClientCommands(session, this);
    }

    // --- what the server's side and the session tell

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
        last = phase;
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
        shut();
        discard();
    }

    private void shut() {
        if (phase != Phase.CLOSED) {
            last = phase;
            phase = Phase.CLOSED;
        }
    }

    /** Whose turn it was in a login that the session's end has broken off. */
    UnfinishedLogin.Turn unfinishedLogin() {
        return switch (last) {
            case GREETING -> UnfinishedLogin.Turn.GREETING;
            case RESPONSE -> UnfinishedLogin.Turn.RESPONSE;
            case EXCHANGE -> turns > 0 ? UnfinishedLogin.Turn.CLIENT : UnfinishedLogin.Turn.SERVER;
            case COMMANDS, HELD, FILE, STREAM, DROPPED, CLOSED -> UnfinishedLogin.Turn.NONE;
        };
    }

    /** Goes on with what stands. */
    void resume() {
        run();
        session.flushToServer();
        session.regulate();
    }

    // --- what a command leads to

    /** Nothing more is read until {@link #released}. */
    void hold() {
        phase = Phase.HELD;
    }

    /** An exchange of authentication packets follows. */
    void exchange() {
        phase = Phase.EXCHANGE;
        turns = 0;
    }

    void stream() {
        phase = Phase.STREAM;
    }

    /** A message of so many packets goes on, which has come as a whole. */
    void passesWhole(int number) {
        packets = number;
    }

    /** A packet of this length goes on; whether its message goes on in the next one. */
    void passes(int length) {
        continued = length == Packets.MAX_PAYLOAD;
    }

    /** The message goes on, and is followed as it does. */
    void follow(LongText text) {
        longText = text;
    }

    /** The message is not read any further; the client gets an error when all of it has come. */
    long refuseMessage(ErrPacket error, int length) {
        phase = Phase.DROPPED;
        droppedMessage = DroppedMessage.refused(session, error);
        return dropped(length);
    }

    /** The server takes no more of the message at hand. @return false where its own error fits as the answer */
    boolean abandonMessage() {
        if (phase != Phase.COMMANDS || (!continued && packets < 2)) {
            return false;
        }
        phase = Phase.DROPPED;
        droppedMessage = DroppedMessage.abandoned(session, packets, !continued);
        dropRest();
        return true;
    }

    /** The message that the server has abandoned and whose client is still to be told why. */
    @Nullable
    DroppedMessage abandoned() {
        DroppedMessage message = droppedMessage;
        return phase == Phase.DROPPED && message != null && message.isAbandoned() ? message : null;
    }

    /** Ends the session. */
    long refuse(ErrPacket error, int sequence) {
        shut();
        session.end().with(error, sequence + 1);
        return WAIT;
    }

    // --- packets

    @Override
    long next(ByteBuf in, int index, int available) {
        int length = Packets.length(in, index);
        if (length > 0 && available <= Packets.HEADER_BYTES) {
            return WAIT;
        }
        return switch (phase) {
            case GREETING, HELD -> WAIT;
            case RESPONSE -> available < loginPacket(length) ? WAIT : response(in, index, length);
            case EXCHANGE -> {
                if (turns <= 0 || Packets.sequence(in, index) == 0 || available < loginPacket(length)) {
                    yield WAIT;
                }
                turns--;
                yield Packets.HEADER_BYTES + length;
            }
            case COMMANDS -> {
                packets = continued ? packets + 1 : 1;
                yield continued ? continuation(length) : commands.next(in, index, available, length);
            }
            case FILE -> file(in, index, length);
            case STREAM -> stream(in, index, length);
            case DROPPED -> dropped(length);
            case CLOSED -> WAIT;
        };
    }

    /** The length of a packet that is read as a whole, its header included. */
    static int loginPacket(int length) {
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

    private long continuation(int length) {
        passes(length);
        if (longText != null) {
            longText.packet(length);
        }
        return Packets.HEADER_BYTES + length;
    }

    @Override
    int passing(ByteBuf in, int index, int bytes) {
        LongText text = longText;
        if (text == null) {
            return bytes;
        }
        int going = text.passing(in, index, bytes);
        if (text.isBeyondHelp()) {
            // The server has part of the message, and does nothing of it without the rest.
            refuse(MySqlErrors.HIDDEN_IN_LONG_TEXT, 0);
        } else if (text.isOver()) {
            longText = null;
        }
        return going;
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
        passes(length);
        return Packets.HEADER_BYTES + length;
    }

    /** A replica only acknowledges. Anything else waits until the server has ended the stream, and is a command then. */
    private long stream(ByteBuf in, int index, int length) {
        int first = length == 0 ? -1 : in.getUnsignedByte(index + Packets.HEADER_BYTES);
        return first == REPLICA_ACKNOWLEDGES && length < Packets.MAX_PAYLOAD || first == Command.QUIT
                ? Packets.HEADER_BYTES + length
                : WAIT;
    }

    private long dropped(int length) {
        DroppedMessage message = droppedMessage;
        if (message != null) {
            message.packet(length);
        }
        return -(Packets.HEADER_BYTES + length);
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
        shut();
        session.end().with(early ? MySqlErrors.HANDSHAKE : MySqlErrors.MALFORMED, early ? 2 : 1);
    }

    /** Whether bytes stand that cannot go on before something else has happened, and are many. */
    boolean overfull() {
        boolean gathering = phase == Phase.COMMANDS;
        return !gathering && waitingBytes() > session.settings().limits().queuedBytes();
    }

    // --- the channel

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        session.flushToServer();
        received();
        session.regulate();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        session.regulate();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session.end().clientGone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.end().clientFailed(cause);
    }
}
