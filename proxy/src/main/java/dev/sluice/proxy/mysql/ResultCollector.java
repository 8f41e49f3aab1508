package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.protocol.mysql.OkPacket;
import dev.sluice.protocol.mysql.PacketRole;
import dev.sluice.protocol.mysql.Packets;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Gathers the answer to a statement of the gateway's own, within a limit. What goes beyond the limit is read and dropped,
 * and the answer is an error. Only the last result of several is kept.
 */
final class ResultCollector {

    private static final int LIMIT_BYTES = 4 << 20;

    private final CompletableFuture<QueryResult> answer = new CompletableFuture<>();
    private List<String> columns = new ArrayList<>();
    private List<List<Optional<String>>> rows = new ArrayList<>();
    private OkPacket success = new OkPacket(0, 0, 0, 0, "");
    private int bytes;
    private Optional<ServerError> error = Optional.empty();

    CompletableFuture<QueryResult> answer() {
        return answer;
    }

    /** Takes one packet, whole. */
    void packet(PacketRole role, ByteBuf in, int index, int length) {
        bytes += length;
        switch (role) {
            case ERR -> error = Optional.of(errorOf(ErrPacket.read(in, index, length)));
            case OK -> {
                if (length >= 7) {
                    success = OkPacket.read(in, index, length);
                }
            }
            case COLUMN_COUNT -> {
                columns = new ArrayList<>();
                rows = new ArrayList<>();
            }
            case DEFINITION -> columns.add(columnName(in.slice(index, length)));
            case ROW -> {
                if (bytes <= LIMIT_BYTES) {
                    rows.add(row(in.slice(index, length)));
                }
            }
            case DEFINITIONS_END, ROWS_END, PROGRESS, CONTINUATION, TEXT, AUTHENTICATION, PREPARE_OK, LOCAL_INFILE -> {}
        }
    }

    void complete() {
        if (error.isPresent()) {
            answer.completeExceptionally(new ServerErrorException(error.get()));
        } else if (bytes > LIMIT_BYTES) {
            answer.completeExceptionally(new ServerErrorException(
                    ServerError.of("HY000", 1301, "the answer to a statement of the gateway's is too large", "", "")));
        } else {
            answer.complete(new QueryResult(columns, rows, success.affectedRows(), success.warnings(), success.info()));
        }
    }

    void lost() {
        answer.completeExceptionally(new ServerErrorException(MySqlErrors.CONNECTION_LOST));
    }

    static ServerError errorOf(ErrPacket err) {
        return ServerError.of(err.sqlState(), err.code(), err.message(), "", "");
    }

    private String columnName(ByteBuf in) {
        for (int i = 0; i < 4; i++) {
            Packets.skipLenencString(in);
        }
        return text(in);
    }

    private List<Optional<String>> row(ByteBuf in) {
        List<Optional<String>> values = new ArrayList<>(columns.size());
        while (in.isReadable()) {
            if (in.getUnsignedByte(in.readerIndex()) == 0xFB) {
                in.skipBytes(1);
                values.add(Optional.empty());
            } else {
                values.add(Optional.of(text(in)));
            }
        }
        return values;
    }

    private String text(ByteBuf in) {
        return in.readCharSequence(Packets.readLength(in), StandardCharsets.UTF_8)
                .toString();
    }
}
