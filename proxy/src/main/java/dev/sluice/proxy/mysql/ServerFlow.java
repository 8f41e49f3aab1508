package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.protocol.mysql.Greeting;
import dev.sluice.protocol.mysql.MalformedPacketException;
import dev.sluice.protocol.mysql.OkPacket;
import dev.sluice.protocol.mysql.PacketRole;
import dev.sluice.protocol.mysql.Packets;
import dev.sluice.protocol.mysql.ResponseShape;
import dev.sluice.protocol.mysql.ResponseTracker;
import dev.sluice.protocol.mysql.ServerStatus;
import dev.sluice.protocol.mysql.StatusFlags;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What comes from the server: knows for each packet which command it answers, and lets all of it through but the answers
 * to the gateway's own questions.
 */
final class ServerFlow extends PacketFlow {

    private static final int EOF_BYTES = 5;
    private static final int EOF_STATUS_AT = 3;
    private static final int LOCAL_INFILE_DISABLED_MYSQL = 3948;
    private static final int LOCAL_INFILE_DISABLED_MARIADB = 4166;
    private static final int NOT_ALLOWED = 1148;
    private static final int SYNTAX_ERROR = 1064;

    private final MySqlSession session;
    private final ResponseTracker tracker = new ResponseTracker();
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private @Nullable InFlight current;
    private @Nullable Runnable whenDrained;
    private boolean greeted;
    private int loginSequence;
    private int pieceSequence;
    private long startedNanos;

    ServerFlow(MySqlSession session) {
        this.session = session;
    }

    /** Client and server have agreed on how they speak. */
    void agreed(long capabilities) {
        tracker.capabilities(capabilities);
    }

    /** A command is on its way to the server. */
    void expect(InFlight command) {
        if (command.shape() != ResponseShape.NOTHING) {
            if (idle()) {
                startedNanos = System.nanoTime();
            }
            inFlight.add(command);
        }
    }

    boolean idle() {
        return current == null && inFlight.isEmpty();
    }

    /** Whether the server works at a statement that is paced. */
    boolean isBulk() {
        return current instanceof InFlight.BulkWrite;
    }

    /** The status flags that the server told last. */
    int status() {
        return tracker.status();
    }

    /** Runs something once every answer is through. */
    void whenDrained(Runnable action) {
        if (idle()) {
            action.run();
        } else {
            whenDrained = action;
        }
    }

    /** The number of the last packet by which the server asked for more of a login. */
    int loginSequence() {
        return loginSequence;
    }

    /** The number that the next packet of a message's answer has for the client. */
    int pieceSequence() {
        return pieceSequence;
    }

    void pieceSequence(int next) {
        pieceSequence = next & 0xFF;
    }

    @Override
    long next(ByteBuf in, int index, int available) {
        int length = Packets.length(in, index);
        if (length > 0 && available <= Packets.HEADER_BYTES) {
            return WAIT;
        }
        int packet = Packets.HEADER_BYTES + length;
        int payload = index + Packets.HEADER_BYTES;
        int first = length == 0 ? -1 : in.getUnsignedByte(payload);
        if (!greeted) {
            return available < packet ? WAIT : greet(in, payload, length, first);
        }
        InFlight command = current == null ? inFlight.poll() : current;
        if (command == null) {
            return unsolicited(first, packet);
        }
        if (current == null) {
            current = command;
            tracker.begin(command.shape());
        }
        boolean whole = command instanceof InFlight.Injected || tracker.needsWhole(first, length);
        if (whole && available < packet) {
            return WAIT;
        }
        PacketRole role = tracker.packet(first, length, in, payload);
        long taken = take(command, role, in, index, length);
        if (tracker.finished()) {
            current = null;
            answered(command);
        }
        return taken;
    }

    private long greet(ByteBuf in, int payload, int length, int first) {
        greeted = true;
        if (first == 0xFF) {
            return Packets.HEADER_BYTES + length; // the server does not want us; it closes the connection
        }
        Greeting greeting = Greeting.readAndMask(in, payload, length, session.unwantedCapabilities());
        session.greeted(greeting);
        return Packets.HEADER_BYTES + length;
    }

    /** A server that shuts down or times a session out says so without being asked. */
    private static long unsolicited(int first, int packet) {
        if (first != 0xFF) {
            throw new MalformedPacketException("the server sent a packet that nobody asked for");
        }
        return packet;
    }

    private long take(InFlight command, PacketRole role, ByteBuf in, int index, int length) {
        int payload = index + Packets.HEADER_BYTES;
        int packet = Packets.HEADER_BYTES + length;
        if (role == PacketRole.LOCAL_INFILE) {
            return fileRequested(command, in, index, packet);
        }
        DroppedMessage abandoned = session.clientFlow().abandoned();
        if (abandoned != null && role == PacketRole.ERR) {
            abandoned.because(ErrPacket.read(in, payload, length));
            return -packet;
        }
        if (role == PacketRole.AUTHENTICATION) {
            loginSequence = Packets.sequence(in, index);
            session.clientFlow().mayAuthenticate();
        }
        return switch (command) {
            case InFlight.Injected injected -> {
                injected.collector().packet(role, in, payload, length);
                yield -packet;
            }
            case InFlight.Piece piece -> {
                in.setByte(index + 3, pieceSequence);
                pieceSequence = (pieceSequence + 1) & 0xFF;
                rewritePiece(piece, role, in, payload, length);
                yield packet;
            }
            case InFlight.Reported reported -> {
                if (!tracker.finished()) {
                    yield packet;
                }
                reported.report().ended(errorIn(role, in, payload, length), in.copy(index, packet));
                yield -packet;
            }
            case InFlight.BulkWrite bulk -> {
                if (role == PacketRole.OK) {
                    session.bulk().wrote(OkPacket.read(in, payload, length).affectedRows());
                }
                yield loaded(role, in, index, length);
            }
            case InFlight.LargeWrite write -> loaded(role, in, index, length);
            case InFlight.Followed followed -> followed(followed.text(), role, in, index, length);
            case InFlight.Plain plain -> packet;
            case InFlight.Prepare prepare -> packet;
            case InFlight.Reset reset -> packet;
        };
    }

    /** The server can only say that it does not understand what was spoilt. */
    private long followed(LongText text, PacketRole role, ByteBuf in, int index, int length) {
        int packet = Packets.HEADER_BYTES + length;
        boolean spoilt = text.isSpoilt()
                && role == PacketRole.ERR
                && ErrPacket.read(in, index + Packets.HEADER_BYTES, length).code() == SYNTAX_ERROR;
        if (!spoilt) {
            return packet;
        }
        replaceWith(MySqlErrors.framed(session.client().alloc(), MySqlErrors.SPOILT, Packets.sequence(in, index)));
        return -packet;
    }

    /** The server can only say that local files are disabled; it was the gateway that took the capability out. */
    private long loaded(PacketRole role, ByteBuf in, int index, int length) {
        int payload = index + Packets.HEADER_BYTES;
        int packet = Packets.HEADER_BYTES + length;
        if (role != PacketRole.ERR || session.settings().limits().localInfile()) {
            return packet;
        }
        int code = ErrPacket.read(in, payload, length).code();
        if (code != LOCAL_INFILE_DISABLED_MYSQL && code != LOCAL_INFILE_DISABLED_MARIADB && code != NOT_ALLOWED) {
            return packet;
        }
        replaceWith(
                MySqlErrors.framed(session.client().alloc(), MySqlErrors.NO_LOCAL_INFILE, Packets.sequence(in, index)));
        return -packet;
    }

    private long fileRequested(InFlight command, ByteBuf in, int index, int packet) {
        if (command instanceof InFlight.Injected) {
            session.sendEmptyPacket(Packets.sequence(in, index) + 1);
            return -packet;
        }
        if (!session.settings().limits().localInfile()) {
            throw new MalformedPacketException("the server asks for a local file, which was not offered to it");
        }
        session.clientFlow().fileRequested(Packets.sequence(in, index) + 1);
        if (command instanceof InFlight.Piece) {
            in.setByte(index + 3, pieceSequence);
        }
        return packet;
    }

    /** An answer that others follow says so in its last packet. */
    private void rewritePiece(InFlight.Piece piece, PacketRole role, ByteBuf in, int payload, int length) {
        if (role == PacketRole.ERR) {
            piece.done().complete(errorIn(role, in, payload, length));
        } else if (!piece.last() && (role == PacketRole.OK || role == PacketRole.ROWS_END)) {
            int at = length == EOF_BYTES ? payload + EOF_STATUS_AT : StatusFlags.indexInOk(length, in, payload);
            in.setShortLE(at, in.getUnsignedShortLE(at) | ServerStatus.MORE_RESULTS_EXIST);
        }
    }

    private static Optional<ServerError> errorIn(PacketRole role, ByteBuf in, int payload, int length) {
        return role == PacketRole.ERR
                ? Optional.of(ResultCollector.errorOf(ErrPacket.read(in, payload, length)))
                : Optional.empty();
    }

    private void answered(InFlight command) {
        switch (command) {
            case InFlight.Injected injected -> injected.collector().complete();
            case InFlight.Piece piece -> piece.done().complete(Optional.empty());
            case InFlight.Prepare prepare -> {
                if (tracker.failed()) {
                    session.statements().notPrepared();
                } else {
                    session.statements().prepared(tracker.statementId(), prepare.judged(), prepare.write());
                }
            }
            case InFlight.Reset reset -> session.began(reset, !tracker.failed());
            case InFlight.Plain plain -> {
                if (plain.shape() == ResponseShape.STREAM) {
                    session.clientFlow().streamEnded();
                }
            }
            case InFlight.Followed followed -> {}
            case InFlight.BulkWrite bulk -> {}
            case InFlight.LargeWrite write -> {}
            case InFlight.Reported reported -> {}
        }
        if (command instanceof InFlight.BulkWrite) {
            session.bulk().answered(startedNanos);
        }
        if (idle() && !(command instanceof InFlight.Injected)) {
            session.answered(startedNanos, session.bulk().isAtIt());
        }
        Runnable action = whenDrained;
        if (action != null && idle()) {
            whenDrained = null;
            action.run();
        }
    }

    @Override
    void pass(ByteBuf slice) {
        session.writeToClient(slice);
    }

    @Override
    void malformed(MalformedPacketException why) {
        session.end().without("the server's packets cannot be understood: " + why.getMessage());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        session.flushToClient();
        received();
        session.regulate();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        session.regulate();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lost();
        session.end().serverGone();
    }

    /** Whoever waits for an answer learns that none comes. */
    private void lost() {
        if (current != null) {
            inFlight.addFirst(current);
            current = null;
        }
        for (InFlight command : inFlight) {
            switch (command) {
                case InFlight.Injected injected -> injected.collector().lost();
                case InFlight.Piece piece -> piece.done().complete(Optional.of(MySqlErrors.CONNECTION_LOST));
                case InFlight.Reported reported -> reported.report().lost();
                case InFlight.Plain plain -> {}
                case InFlight.Followed followed -> {}
                case InFlight.BulkWrite bulk -> {}
                case InFlight.LargeWrite write -> {}
                case InFlight.Prepare prepare -> {}
                case InFlight.Reset reset -> {}
            }
        }
        inFlight.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.end().serverFailed(cause);
    }
}
