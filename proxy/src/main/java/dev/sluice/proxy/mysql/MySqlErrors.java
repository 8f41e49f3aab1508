package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.protocol.mysql.Packets;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** The errors that the data plane gives itself, with the server's own numbers where it has one for the case. */
final class MySqlErrors {

    static final ServerError CONNECTION_LOST =
            ServerError.of("08006", 2013, "the connection to the database server was lost", "", "");

    static final ServerError UNCLEAR_CHARSET = ServerError.of(
            "0A000",
            1235,
            "the character set is changed in front of other statements; in the new one a backslash or backtick may be half of a character",
            "",
            "Send the change in a message of its own.");

    static final ServerError ONE_STATEMENT = ServerError.of(
            "42000",
            1064,
            "You have an error in your SQL syntax: several statements in one message, which this session has not asked for",
            "",
            "");

    static final ServerError UNCLEAR_DASHES = ServerError.of(
            "0A000",
            1235,
            "two dashes stand before a character that makes them a comment in some character sets only",
            "",
            "Put a blank behind them.");

    static final ServerError HALF_CHARACTERS = ServerError.of(
            "0A000",
            1235,
            "the statement is not valid in the session's character set, in which a backslash or backtick may be half of a"
                    + " character",
            "",
            "Send it in the character set that the session has named.");

    static final ServerError PREPARED_OTHERWISE = ServerError.of(
            "0A000",
            1235,
            "the schema change was prepared under another sql_mode or character set than the session has now",
            "",
            "Prepare it again.");

    static final ErrPacket OUT_OF_ORDER = new ErrPacket(1156, "08S01", "Got packets out of order");
    static final ErrPacket HANDSHAKE = new ErrPacket(1043, "08S01", "Bad handshake");
    static final ErrPacket MALFORMED = new ErrPacket(1835, "HY000", "Malformed communication packet");

    static final ErrPacket TOO_LARGE = new ErrPacket(
            1153,
            "08S01",
            "Got a packet bigger than the statements that this gateway reads (max_statement_bytes), and its beginning"
                    + " does not tell that it is only about rows");

    static final ErrPacket HIDDEN_IN_LONG_TEXT = new ErrPacket(
            1153,
            "08S01",
            "Got a packet bigger than the statements that this gateway reads (max_statement_bytes), in which a statement"
                    + " must be judged; nothing of it was run. Send that statement by itself");

    static final ErrPacket SPOILT = new ErrPacket(
            1153,
            "08S01",
            "Behind statements about rows, in a packet bigger than the statements that this gateway reads"
                    + " (max_statement_bytes), stands one that must be judged; it was not run, nor was anything behind it."
                    + " Send it by itself");

    static final ErrPacket NO_LOCAL_INFILE = new ErrPacket(
            3948,
            "42000",
            "Loading local data is disabled: this gateway relays it only where its listener has local_infile: true");

    static final ErrPacket NOT_RELAYED =
            new ErrPacket(1235, "42000", "This command does not work through a gateway; connect to the server itself");

    static final ErrPacket INTERRUPTED = new ErrPacket(1317, "70100", "Query execution was interrupted");

    static final ErrPacket NO_TLS = new ErrPacket(
            1043, "08S01", "Bad handshake: TLS was not offered on this connection, but the client asked for it");

    private MySqlErrors() {}

    static final ErrPacket SHUTDOWN = new ErrPacket(1053, "08S01", "Server shutdown in progress");

    /** An error as bytes on the wire. */
    static ByteBuf framed(ByteBufAllocator alloc, ErrPacket error, int sequence) {
        ByteBuf payload = alloc.buffer();
        ByteBuf packet = alloc.buffer();
        error.write(payload);
        Packets.writePackets(packet, payload, sequence);
        payload.release();
        return packet;
    }

    /** In place of a greeting. */
    static ErrPacket unreachable(String upstream) {
        return new ErrPacket(2003, "", "The database server \"" + upstream + "\" cannot be reached");
    }

    /** An ERR packet has one text: the message, then the reason and the way out. */
    static ErrPacket packet(ServerError error) {
        StringBuilder text = new StringBuilder(error.message());
        error.detail().ifPresent(detail -> text.append("\nDetail: ").append(detail));
        error.hint().ifPresent(hint -> text.append("\nHint: ").append(hint));
        return new ErrPacket(error.code() == 0 ? 1105 : error.code(), state(error.sqlState()), text.toString());
    }

    private static String state(String sqlState) {
        return sqlState.length() == 5 ? sqlState : "HY000";
    }
}
