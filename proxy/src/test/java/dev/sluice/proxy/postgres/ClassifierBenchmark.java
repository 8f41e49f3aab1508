package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.CallFilter;
import dev.sluice.policies.sql.Classifier;
import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import java.nio.charset.StandardCharsets;
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

/** What it costs to decide from a statement's bytes whether it is judged. Run by {@code bench/jmh.sh}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ClassifierBenchmark {

    /** The dialects that statements are read by. */
    public enum Server {
        POSTGRES(ServerVersion.postgres(18)),
        MYSQL(ServerVersion.mysql(9, 7, 0));

        private final LexicalRules rules;

        Server(ServerVersion version) {
            rules = LexicalRules.defaults(version);
        }
    }

    /** Texts from the shortest to one that only the end decides. */
    public enum Text {
        SELECT("SELECT abalance FROM pgbench_accounts WHERE aid = 12345;"),
        INSERT("INSERT INTO orders (customer, total, note) VALUES (42, 19.99, 'it''s a gift; ALTER TABLE nothing')"),
        UPDATE("/* app='shop' */ UPDATE orders SET total = total * 1.1 WHERE id = 7 -- hot path"),
        LONG("INSERT INTO log (line) VALUES " + "('a line of the log, with a number: 12345'), ".repeat(1000)
                + "('the end')"),
        BATCH("SELECT 1; UPDATE t SET a = 2 WHERE id = 3; SELECT 'x'; ALTER TABLE t ADD COLUMN b int"),
        ALTER("ALTER TABLE orders ADD COLUMN ref int NOT NULL DEFAULT 7");

        private final byte[] bytes;

        Text(String sql) {
            bytes = sql.getBytes(StandardCharsets.UTF_8);
        }
    }

    @Param
    public Server server = Server.POSTGRES;

    @Param
    public Text text = Text.SELECT;

    private static final CallFilter UNKNOWN = CallFilter.unknown();

    private byte[] bytes = {};
    private LexicalRules rules = Server.POSTGRES.rules;

    @Setup
    public void choose() {
        bytes = text.bytes;
        rules = server.rules;
    }

    /** Whether it calls anything out of the ordinary, where nothing is known of the database's routines. */
    @Benchmark
    public boolean mayCall() {
        return UNKNOWN.mayCall(bytes, 0, bytes.length);
    }

    @Benchmark
    public Interest classify() {
        return Classifier.classify(bytes, 0, bytes.length, rules);
    }
}
