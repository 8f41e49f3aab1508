package dev.sluice.proxy.postgres;

import dev.sluice.protocol.mysql.Capabilities;
import dev.sluice.protocol.mysql.Packets;
import dev.sluice.protocol.mysql.ResponseShape;
import dev.sluice.protocol.mysql.ResponseTracker;
import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.FrontendEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ResourceLeakDetector;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the relay itself does for statements and for rows, without system calls. Run by {@code bench/jmh.sh}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FramingBenchmark {
    private static final int ROWS_BYTES = 64 << 10;

    private final ByteBuf query = direct(out -> FrontendEncoder.query(
            out, "SELECT abalance FROM pgbench_accounts WHERE aid = 12345;".getBytes(StandardCharsets.UTF_8)));
    private final ByteBuf execution = direct(out -> {
        FrontendEncoder.bind(out, "", "s");
        FrontendEncoder.describe(out, 'P', "");
        FrontendEncoder.execute(out, "", 0);
        FrontendEncoder.sync(out);
    });
    private final ByteBuf queried = direct(FramingBenchmark::answer);
    private final ByteBuf executed = direct(out -> {
        BackendEncoder.bare(out, BackendType.BIND_COMPLETE);
        answer(out);
    });
    private final ByteBuf rows = direct(FramingBenchmark::rows);
    private final ByteBuf packets = direct(FramingBenchmark::packets);
    private final ResponseTracker tracker = new ResponseTracker();
    private EmbeddedSession session = EmbeddedSession.started();

    private static ByteBuf direct(java.util.function.Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.directBuffer(ROWS_BYTES);
        writer.accept(out);
        return out;
    }

    private static void answer(ByteBuf out) {
        BackendEncoder.rowDescription(out, List.of("abalance"), column -> 0, StandardCharsets.UTF_8);
        BackendEncoder.dataRow(out, List.of(Optional.of("42")), StandardCharsets.UTF_8);
        BackendEncoder.commandComplete(out, "SELECT 1");
        BackendEncoder.readyForQuery(out, (byte) 'I');
    }

    private static void rows(ByteBuf out) {
        List<Optional<String>> row = List.of(Optional.of("1234"), Optional.of("x".repeat(120)), Optional.empty());
        while (out.readableBytes() < ROWS_BYTES) {
            BackendEncoder.dataRow(out, row, StandardCharsets.UTF_8);
        }
    }

    /** A text result: one column, rows of 135 bytes, the OK that ends it. */
    private static void packets(ByteBuf out) {
        packet(out, new byte[] {1});
        packet(out, new byte[30]);
        byte[] row = new byte[131];
        row[0] = (byte) (row.length - 1);
        while (out.readableBytes() < ROWS_BYTES) {
            packet(out, row);
        }
        packet(out, new byte[] {(byte) 0xFE, 0, 0, 2, 0, 0, 0});
    }

    private static void packet(ByteBuf out, byte[] payload) {
        out.writeMediumLE(payload.length).writeByte(0).writeBytes(payload);
    }

    @Setup
    public void begin() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        session = EmbeddedSession.started();
        drop();
        tracker.capabilities(Capabilities.DEPRECATE_EOF);
    }

    private void drop() {
        drop(session.client);
        drop(session.server());
    }

    private static void drop(EmbeddedSocket socket) {
        for (Object out = socket.outboundMessages().poll();
                out != null;
                out = socket.outboundMessages().poll()) {
            ReferenceCountUtil.release(out);
        }
    }

    /** A Query to the server and its answer to the client, the text classified. */
    @Benchmark
    public void query() {
        exchange(query, queried);
    }

    /** The same of a prepared statement. */
    @Benchmark
    public void execution() {
        exchange(execution, executed);
    }

    private void exchange(ByteBuf request, ByteBuf answer) {
        session.client.writeInbound(request.retainedDuplicate());
        session.server().writeInbound(answer.retainedDuplicate());
        drop();
    }

    /** 64 KiB of rows on their way to the client. */
    @Benchmark
    public void rows() {
        session.server().writeInbound(rows.retainedDuplicate());
        drop();
    }

    /** 64 KiB of MySQL's rows: the packets followed from the first to the end of the result. */
    @Benchmark
    public boolean mysqlRows() {
        tracker.begin(ResponseShape.RESULT);
        int at = packets.readerIndex();
        int end = packets.writerIndex();
        while (at < end) {
            int length = Packets.length(packets, at);
            int payload = at + Packets.HEADER_BYTES;
            tracker.packet(packets.getUnsignedByte(payload), length, packets, payload);
            at = payload + length;
        }
        return tracker.finished();
    }
}
