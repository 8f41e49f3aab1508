package dev.sluice.proxy.bulk;

import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.sql.Classifier;
import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.WriteText;
import dev.sluice.proxy.session.BulkPacing;
import dev.sluice.proxy.session.BulkWrite;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.throttle.Pacer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to recognise an application's own backfill, statement by statement. Run by {@code bench/jmh.sh}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RecognitionBenchmark {

    private static final LexicalRules RULES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final SessionInfo INFO =
            new SessionInfo(7, "orders", "", "shop", "app", "job", "10.0.0.1:5", 42, RULES);

    /** From what nobody looks at to what is a backfill. */
    public enum Text {
        SELECT("SELECT abalance FROM pgbench_accounts WHERE aid = 12345;"),
        UPDATE("UPDATE orders SET total = total * 1.1 WHERE id = 7"),
        MARKED("UPDATE orders SET total = total * 1.1 WHERE id BETWEEN 1 AND 5000 /* sluice: backfill */"),
        UNBOUNDED("UPDATE orders SET total = total * 1.1");

        private final byte[] bytes;

        Text(String sql) {
            bytes = sql.getBytes(StandardCharsets.UTF_8);
        }
    }

    @Param
    public Text text = Text.SELECT;

    private byte[] bytes = {};
    private BulkPacing pacing = pacing();

    private static BulkPacing pacing() {
        return new ApplicationBackfills(() -> Policy.DEFAULTS, Pacer.UNTHROTTLED, Clock.systemUTC()).pacing(() -> INFO);
    }

    @Setup
    public void choose() {
        bytes = text.bytes;
        pacing = pacing();
    }

    /** As the relay does it: most texts end with their classification, which is done anyway. */
    @Benchmark
    public BulkWrite recognise() {
        boolean bulk = Classifier.classify(bytes, 0, bytes.length, RULES) == Interest.BULK_WRITE
                || (WriteText.isPossible(bytes, bytes.length) && pacing.looksAtOrdinaryWrites());
        return bulk ? pacing.look(bytes, bytes.length, RULES) : BulkWrite.ORDINARY;
    }

    /** Where a policy has an entry for ordinary writes, or asks for one: every statement that writes is read. */
    @Benchmark
    public BulkWrite recogniseWhereOrdinaryWritesAreAskedFor() {
        return WriteText.isPossible(bytes, bytes.length) ? pacing.look(bytes, bytes.length, RULES) : BulkWrite.ORDINARY;
    }
}
