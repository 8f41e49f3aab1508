package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendDecoder;
import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.Fields;
import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A statement of the gateway's own on a client's connection, and the gathering of its answer. On the event loop. */
final class Injection {
    /** No client's names: the server's own limit for a name is 63 bytes, and drivers use other ones. */
    static final String NAME = "_sluice_own";

    private static final int MAX_RESULT_BYTES = 4 << 20;

    private final Charset charset;
    private final CompletableFuture<QueryResult> result;
    private final List<List<Optional<String>>> rows = new ArrayList<>();
    private List<String> columns = List.of();
    private long affected;
    private long bytes;
    private Optional<ServerError> error = Optional.empty();

    Injection(Charset charset, CompletableFuture<QueryResult> result) {
        this.charset = charset;
        this.result = result;
    }

    /** As a Query: where the client's own message is one, or would have ended what an unnamed statement is. */
    static void writeSimple(ByteBuf out, byte[] sql, InFlight inFlight) {
        FrontendEncoder.query(out, sql);
        inFlight.sentOwn(FrontendType.QUERY);
    }

    /** In the middle of a client's pipeline, whose unnamed statement and portal stay as they are. */
    static void writeExtended(ByteBuf out, byte[] sql, InFlight inFlight, boolean sync) {
        FrontendEncoder.close(out, 'S', NAME);
        inFlight.sentOwn(FrontendType.CLOSE);
        FrontendEncoder.parse(out, NAME, sql);
        inFlight.sentOwn(FrontendType.PARSE);
        FrontendEncoder.bind(out, NAME, NAME);
        inFlight.sentOwn(FrontendType.BIND);
        FrontendEncoder.describe(out, 'P', NAME);
        inFlight.sentOwn(FrontendType.DESCRIBE);
        FrontendEncoder.execute(out, NAME, 0);
        inFlight.sentOwn(FrontendType.EXECUTE);
        FrontendEncoder.close(out, 'P', NAME);
        inFlight.sentOwn(FrontendType.CLOSE);
        FrontendEncoder.close(out, 'S', NAME);
        inFlight.sentOwn(FrontendType.CLOSE);
        if (sync) {
            FrontendEncoder.sync(out);
            inFlight.sentOwn(FrontendType.SYNC);
        } else {
            FrontendEncoder.flush(out);
        }
    }

    /** @param body a message of the answer */
    void answered(byte type, ByteBuf body) {
        switch (type) {
            case BackendType.ROW_DESCRIPTION -> columns = BackendDecoder.rowDescription(body, charset);
            case BackendType.DATA_ROW -> row(body);
            case BackendType.COMMAND_COMPLETE ->
                affected = BackendDecoder.rowsOf(BackendDecoder.commandTag(body, charset));
            case BackendType.ERROR_RESPONSE -> error = Optional.of(Errors.of(Fields.read(body, charset)));
            default -> {
                // Completions of the steps say nothing.
            }
        }
    }

    private void row(ByteBuf body) {
        bytes += body.readableBytes();
        if (bytes <= MAX_RESULT_BYTES) {
            rows.add(BackendDecoder.dataRow(body, charset));
        } else if (error.isEmpty()) {
            rows.clear();
            error = Optional.of(ServerError.of("54000", 0, "The answer to an injected statement is too large", "", ""));
        }
    }

    /** The answer is complete. */
    void done() {
        if (error.isPresent()) {
            result.completeExceptionally(new ServerErrorException(error.get()));
        } else {
            result.complete(new QueryResult(columns, rows, columns.isEmpty() ? affected : 0));
        }
    }

    /** No answer will come. */
    void lost() {
        result.completeExceptionally(new ServerErrorException(
                ServerError.of("08006", 0, "The connection was lost while a statement was running", "", "")));
    }
}
