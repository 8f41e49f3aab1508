package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Classifier;
import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.InFlight;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the relay itself does for a transaction, without the system calls. Run by {@code bench/jmh.sh}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RelayBenchmark {
    private static final LexicalRules RULES = LexicalRules.defaults(ServerVersion.postgres(18));

    @Param({
        "SELECT abalance FROM pgbench_accounts WHERE aid = 12345;",
        "INSERT INTO orders (customer, total, note) VALUES (42, 19.99, 'it''s a gift; ALTER TABLE nothing')",
        "/* app='shop' */ UPDATE orders SET total = total * 1.1 WHERE id = $1 -- hot path",
        "ALTER TABLE orders ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid()"
    })
    public String sql = "";

    private final InFlight inFlight = new InFlight();
    private final ByteBuf rows = rows();
    private byte[] text = {};

    private static ByteBuf rows() {
        ByteBuf out = Unpooled.directBuffer(64 << 10);
        List<Optional<String>> row = List.of(Optional.of("1234"), Optional.of("x".repeat(60)), Optional.empty());
        while (out.readableBytes() < 64 << 10) {
            BackendEncoder.dataRow(out, row, StandardCharsets.UTF_8);
        }
        return out;
    }

    @org.openjdk.jmh.annotations.Setup
    public void encode() {
        text = sql.getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public Interest classify() {
        return Classifier.classify(text, 0, text.length, RULES);
    }

    /** The order of a transaction of the extended protocol. */
    @Benchmark
    public boolean followOrder() {
        inFlight.sent((byte) 'B');
        inFlight.sent((byte) 'D');
        inFlight.sent((byte) 'E');
        inFlight.sent((byte) 'S');
        inFlight.received((byte) '2');
        inFlight.received((byte) 'T');
        inFlight.received((byte) 'D');
        inFlight.received((byte) 'C');
        inFlight.received((byte) 'Z');
        return inFlight.isEmpty();
    }

    /** The headers of 64 KiB of rows, as ServerSide walks them. */
    @Benchmark
    public int walkRows() {
        int at = rows.readerIndex();
        int end = rows.writerIndex();
        int count = 0;
        while (end - at >= 5) {
            byte type = rows.getByte(at);
            int length = rows.getInt(at + 1);
            count += type == 'D' ? 1 : 0;
            at += length + 1;
        }
        return count;
    }
}
