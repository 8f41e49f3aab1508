package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.protocol.mysql.Command;
import dev.sluice.protocol.mysql.Packets;
import dev.sluice.protocol.mysql.QueryText;
import dev.sluice.protocol.mysql.ResponseShape;
import dev.sluice.proxy.session.BulkWrite;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client's commands: recognizes them by their first byte, looks at statements' texts, and lets everything through that
 * is not to be judged. Its answers are those of {@link PacketFlow#next}.
 */
final class ClientCommands {

    private static final int STATEMENT_ID_BYTES = 5;
    private static final int PARAMETER_BYTES = 2;
    private static final int OPTION_BYTES = 3;
    /** As much of a long message as its attributes may take, before the text begins. */
    private static final int ATTRIBUTES_BYTES = 64 << 10;

    private final MySqlSession session;
    private final ClientFlow flow;
    private final TextBuffer text = new TextBuffer();
    /** The message that is longer than what is gathered, while it is held. */
    private @Nullable LongText examined;
    /** How the session reads that message. */
    private @Nullable SessionModes modes;

    ClientCommands(MySqlSession session, ClientFlow flow) {
        this.session = session;
        this.flow = flow;
    }

    /** Looks at the first packet of a command, of which the header and a byte are at hand. */
    long next(ByteBuf in, int index, int available, int length) {
        int packet = Packets.HEADER_BYTES + length;
        if (Packets.sequence(in, index) != 0) {
            return flow.refuse(MySqlErrors.OUT_OF_ORDER, Packets.sequence(in, index));
        }
        int command = length == 0 ? -1 : in.getUnsignedByte(index + Packets.HEADER_BYTES);
        if (length < leastBytes(command)) {
            // The server would answer it, though such a command is never answered: nobody could tell what answers what.
            return flow.refuse(MySqlErrors.MALFORMED, 0);
        }
        if (session.gate().holds(command)) {
            return PacketFlow.WAIT;
        }
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
            case Command.CHANGE_USER ->
                available < ClientFlow.loginPacket(length) ? PacketFlow.WAIT : changeUser(in, index, length);
            case Command.RESET_CONNECTION -> {
                session.serverFlow().expect(new InFlight.Reset(ResponseShape.ACKNOWLEDGEMENT, Optional.empty()));
                yield packet;
            }
            case Command.BINLOG_DUMP, Command.BINLOG_DUMP_GTID -> {
                flow.stream();
                yield plain(command, length);
            }
            case Command.CLONE, Command.TABLE_DUMP, Command.SUBSCRIBE_GROUP_REPLICATION_STREAM ->
                flow.refuse(MySqlErrors.NOT_RELAYED, 0);
            case Command.SET_OPTION -> {
                if (available < packet && length <= OPTION_BYTES) {
                    yield PacketFlow.WAIT;
                }
                if (length == OPTION_BYTES) {
                    session.multiStatements().option(in.getUnsignedShortLE(index + Packets.HEADER_BYTES + 1));
                }
                yield plain(command, length);
            }
            case Command.PROCESS_KILL -> {
                if (available >= packet && length >= STATEMENT_ID_BYTES) {
                    session.killed(in.getUnsignedIntLE(index + Packets.HEADER_BYTES + 1));
                }
                yield plain(command, length);
            }
            default -> plain(command, length);
        };
    }

    /** The shortest packet that is a command without an answer. */
    private static int leastBytes(int command) {
        return switch (command) {
            case Command.STMT_CLOSE -> STATEMENT_ID_BYTES;
            case Command.STMT_SEND_LONG_DATA -> STATEMENT_ID_BYTES + PARAMETER_BYTES;
            default -> 0;
        };
    }

    private long plain(int command, int length) {
        flow.passes(length);
        session.serverFlow().expect(InFlight.Plain.of(Command.answer(command)));
        return Packets.HEADER_BYTES + length;
    }

    private long changeUser(ByteBuf in, int index, int length) {
        ByteBuf payload = in.slice(index + Packets.HEADER_BYTES + 1, length - 1);
        String user = Packets.readNulString(payload);
        flow.exchange();
        session.serverFlow().expect(new InFlight.Reset(ResponseShape.LOGIN, Optional.of(user)));
        return Packets.HEADER_BYTES + length;
    }

    // --- texts

    private long text(ByteBuf in, int index, int available, int command) {
        int limit = session.settings().limits().statementBytes();
        long whole = TextBuffer.messageBytes(in, index, available, limit);
        if (whole == TextBuffer.TOO_LARGE) {
            return longText(in, index, available, command);
        }
        if (whole == TextBuffer.INCOMPLETE) {
            return PacketFlow.WAIT;
        }
        int packets = text.load(in, index, (int) whole, session.capabilities());
        flow.passesWhole(packets);
        Interest interest = session.readings().look(text.bytes(), text.length());
        if (command == Command.STMT_PREPARE) {
            session.readings().prepared();
        }
        if (interest != Interest.JUDGE) {
            BulkWrite write = session.bulk().look(interest, text);
            if (!write.judged()) {
                return command == Command.QUERY ? query(whole, interest, write) : prepare(whole, write);
            }
        }
        return judge(in, index, (int) whole, packets, command);
    }

    private long judge(ByteBuf in, int index, int whole, int packets, int command) {
        byte[] sql = text.copy();
        if (command == Command.QUERY) {
            return hold(in, index, whole, new Hold.Query(sql, packets));
        }
        boolean own = session.readings().isForGateway(Charsets.lossless(sql));
        return hold(in, index, whole, new Hold.Prepare(sql, packets, own));
    }

    private long prepare(long whole, BulkWrite write) {
        if (write.paced()) {
            session.statements().preparingPaced(write);
            session.serverFlow().expect(InFlight.Prepare.paced(write));
        } else {
            session.statements().preparingOther();
            session.serverFlow().expect(InFlight.Plain.of(ResponseShape.PREPARED));
        }
        return whole;
    }

    private long query(long whole, Interest interest, BulkWrite write) {
        if (write.paced() || session.bulk().isBeginOwing(text)) {
            return paced(whole, write);
        }
        if (KillStatement.mayBe(text.bytes(), text.length())) {
            KillStatement.target(text.bytes(), text.length()).ifPresent(session::killed);
        }
        session.serverFlow()
                .expect(
                        interest == Interest.BULK_WRITE
                                ? InFlight.LargeWrite.INSTANCE
                                : InFlight.Plain.of(ResponseShape.RESULT));
        return whole;
    }

    /** What may have to wait; then it is looked at again. */
    private long paced(long bytes, BulkWrite write) {
        return switch (session.bulk().begin(write)) {
            case WAIT -> {
                flow.hold();
                yield PacketFlow.WAIT;
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

    /** A text that is not gathered: it goes on as soon as its beginning is known to be about rows. */
    private long longText(ByteBuf in, int index, int available, int command) {
        int length = Packets.length(in, index);
        int packet = Packets.HEADER_BYTES + length;
        SessionModes read = modes;
        if (read == null) {
            return askModes();
        }
        LongText message = examined;
        if (message == null) {
            if (available < Math.min(packet, ATTRIBUTES_BYTES)) {
                return PacketFlow.WAIT;
            }
            ByteBuf begin = in.slice(index + Packets.HEADER_BYTES, Math.min(available, packet) - Packets.HEADER_BYTES);
            int textAt = QueryText.start(begin, session.capabilities());
            message = new LongText(session.readings().scan(read), length, textAt);
            examined = message;
        }
        message.examine(in, index, available);
        boolean undecided = !message.decided() && available >= packet;
        if (!message.suspicious() && !message.decided() && !undecided) {
            return PacketFlow.WAIT;
        }
        examined = null;
        modes = null;
        if (message.suspicious() || undecided || read.isAmbiguous()) {
            return flow.refuseMessage(MySqlErrors.TOO_LARGE, length);
        }
        if (command == Command.STMT_PREPARE) {
            session.statements().preparingOther();
        }
        flow.follow(message);
        flow.passes(length);
        session.serverFlow().expect(new InFlight.Followed(message, Command.answer(command)));
        return packet;
    }

    /** There are too many ways to read a long text; which one holds is for the session to say. */
    private long askModes() {
        LexicalRules plain = session.readings().plain();
        flow.hold();
        session.serverFlow()
                .whenDrained(() -> new HeldQueries(session)
                        .asking(SessionModes.QUESTION, SessionModes.plain(plain))
                        .whenComplete((answer, error) -> {
                            modes = error == null ? SessionModes.of(answer, plain) : SessionModes.plain(plain);
                            session.later(flow::released);
                        }));
        return PacketFlow.WAIT;
    }

    // --- prepared statements

    private long statement(ByteBuf in, int index, int available, int length, int command) {
        int packet = Packets.HEADER_BYTES + length;
        if (length < STATEMENT_ID_BYTES) {
            return plain(command, length); // the server has an error for it
        }
        if (available < Packets.HEADER_BYTES + STATEMENT_ID_BYTES) {
            return PacketFlow.WAIT;
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
                    : available < packet ? PacketFlow.WAIT : paced(packet, write);
        }
        Optional<Prepared> prepared = session.statements().find(id);
        return prepared.isEmpty()
                ? plain(command, length)
                : judged(in, index, available, length, command, new Hold.Execute(prepared.get(), own));
    }

    /** Something is asked of a statement that is judged when it is executed, or that is the gateway's own. */
    private long judged(ByteBuf in, int index, int available, int length, int command, Hold.Execute execute) {
        long whole = TextBuffer.messageBytes(
                in, index, available, session.settings().limits().statementBytes());
        if (whole == TextBuffer.TOO_LARGE) {
            return flow.refuseMessage(MySqlErrors.TOO_LARGE, length);
        }
        if (whole == TextBuffer.INCOMPLETE) {
            return PacketFlow.WAIT;
        }
        return switch (command) {
            case Command.STMT_SEND_LONG_DATA -> -whole;
            case Command.STMT_EXECUTE, Command.STMT_BULK_EXECUTE -> hold(in, index, (int) whole, execute);
            default -> hold(in, index, (int) whole, new Hold.TouchOwn(command == Command.STMT_RESET));
        };
    }

    private long waitForAnswers() {
        flow.hold();
        session.serverFlow().whenDrained(() -> session.later(flow::released));
        return PacketFlow.WAIT;
    }

    private long hold(ByteBuf in, int index, int bytes, Hold hold) {
        flow.hold();
        ByteBuf message = in.copy(index, bytes);
        session.hold(hold, message);
        return -bytes;
    }
}
