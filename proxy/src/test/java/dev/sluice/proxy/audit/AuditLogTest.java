package dev.sluice.proxy.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {

    private static final AuditEvent.Who ANNA =
            new AuditEvent.Who(7, "orders", "shop", "anna", "owner", "10.0.0.1:5", "psql");

    @TempDir
    Path folder;

    @Test
    void theRecordsOfATrailAreChained() throws Exception {
        write(trail(), 5);

        AuditTrail.Verification result = new AuditTrail(trail()).verify();

        assertThat(result.broken()).isEmpty();
        assertThat(result.records()).isEqualTo(5);
    }

    @Test
    void aReopenedTrailGoesOnWithTheChain() throws Exception {
        write(trail(), 2);
        write(trail(), 2);

        assertThat(new AuditTrail(trail()).verify()).satisfies(result -> {
            assertThat(result.broken()).isEmpty();
            assertThat(result.records()).isEqualTo(4);
        });
    }

    @Test
    void aChangedRecordIsNamed() throws Exception {
        write(trail(), 5);
        List<String> lines = new ArrayList<>(Files.readAllLines(trail()));
        lines.set(2, lines.get(2).replace("anna", "eve1"));
        Files.write(trail(), lines);

        assertThat(new AuditTrail(trail()).verify().broken()).hasValueSatisfying(broken -> {
            assertThat(broken.number()).isEqualTo(3);
            assertThat(broken.reason()).contains("does not match its hash");
        });
    }

    @Test
    void aRemovedRecordIsNamed() throws Exception {
        write(trail(), 5);
        List<String> lines = new ArrayList<>(Files.readAllLines(trail()));
        lines.remove(2);
        Files.write(trail(), lines);

        assertThat(new AuditTrail(trail()).verify().broken())
                .hasValueSatisfying(broken -> assertThat(broken.number()).isEqualTo(3));
    }

    @Test
    void aRecordOfAnotherTrailIsNamed() throws Exception {
        write(trail(), 2);
        Path other = folder.resolve("other.jsonl");
        write(other, 3);
        Files.writeString(trail(), Files.readAllLines(other).get(2) + "\n", StandardOpenOption.APPEND);

        assertThat(new AuditTrail(trail()).verify().broken())
                .hasValueSatisfying(broken -> assertThat(broken.reason()).contains("hash of the record before"));
    }

    @Test
    void aLineTornByACrashIsPutAsideAndNoted() throws Exception {
        write(trail(), 2);
        Files.writeString(trail(), "{\"seq\":3,\"time\":\"2026", StandardOpenOption.APPEND);

        write(trail(), 1);

        assertThat(new AuditTrail(trail()).verify().broken()).isEmpty();
        assertThat(new AuditTrail(trail()).last(9, entry -> true))
                .extracting(entry -> entry.text("kind"))
                .containsExactly("attempt", "attempt", "note", "attempt");
        try (var files = Files.list(folder)) {
            assertThat(files).anyMatch(file -> file.toString().contains(".torn-"));
        }
    }

    @Test
    void aTrailGoesOnInANewFileWhenItIsLarge() throws Exception {
        try (AuditLog log = new AuditLog(trail(), 600, Clock.systemUTC())) {
            for (int i = 0; i < 10; i++) {
                log.append(attempt("a" + i));
            }
        }
        write(trail(), 1);

        AuditTrail read = new AuditTrail(trail());
        assertThat(read.files()).hasSizeGreaterThan(3);
        assertThat(read.verify().broken()).isEmpty();
        assertThat(read.verify().records()).isEqualTo(11);
    }

    @Test
    void writersAtTheSameTimeAllGetTheirRecordWritten() throws Exception {
        int writers = 40;
        try (AuditLog log = new AuditLog(trail(), 0, Clock.systemUTC());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                String id = "w" + i;
                results.add(threads.submit(() -> {
                    start.await();
                    log.append(attempt(id));
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> result : results) {
                result.get();
            }
        }

        assertThat(new AuditTrail(trail()).verify()).satisfies(result -> {
            assertThat(result.broken()).isEmpty();
            assertThat(result.records()).isEqualTo(writers);
        });
    }

    @Test
    void anInterruptedWriterDoesNotHarmTheTrail() throws Exception {
        try (AuditLog log = new AuditLog(trail(), 0, Clock.systemUTC())) {
            Thread.currentThread().interrupt();
            log.append(attempt("a"));
            assertThat(Thread.interrupted()).isTrue();
            log.append(attempt("b"));
        }

        assertThat(new AuditTrail(trail()).verify().records()).isEqualTo(2);
    }

    @Test
    void aTrailThatCannotBeWrittenSaysSoAndRecovers() throws Exception {
        Path unwritable = folder.resolve("sub").resolve("audit.jsonl");
        Files.writeString(folder.resolve("sub"), "a file where a folder must be");
        try (AuditLog log = new AuditLog(unwritable, 0, Clock.systemUTC())) {
            assertThatThrownBy(() -> log.append(attempt("a")))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.sqlState()).isEqualTo("58030"));
            assertThat(log.appendOrKeep(outcome("earlier"))).isFalse();

            Files.delete(folder.resolve("sub"));
            log.append(attempt("b"));
        }

        assertThat(new AuditTrail(unwritable).last(9, entry -> true))
                .extracting(entry -> entry.text("id"))
                .containsExactly("earlier", "b");
    }

    @Test
    void twoTrailsDoNotShareAFile() throws Exception {
        try (AuditLog first = new AuditLog(trail(), 0, Clock.systemUTC());
                AuditLog second = new AuditLog(trail(), 0, Clock.systemUTC())) {
            first.append(attempt("a"));

            assertThatThrownBy(() -> second.append(attempt("b")))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContaining("another");
        }
    }

    @Test
    void passwordsAreMaskedInTheFile() throws Exception {
        try (AuditLog log = new AuditLog(trail(), 0, Clock.systemUTC())) {
            log.append(new AuditEvent.Attempt(
                    "a",
                    ANNA,
                    "ALTER ROLE x PASSWORD 's3cret'",
                    List.of(),
                    "forward",
                    List.of(),
                    "",
                    "",
                    Optional.empty(),
                    Optional.empty()));
        }

        assertThat(Files.readString(trail(), StandardCharsets.UTF_8)).doesNotContain("s3cret");
    }

    private Path trail() {
        return folder.resolve("audit.jsonl");
    }

    private static void write(Path path, int records) throws AuditException, IOException {
        try (AuditLog log = new AuditLog(path, 0, Clock.systemUTC())) {
            log.open();
            for (int i = 0; i < records; i++) {
                log.append(attempt("a" + i));
            }
        }
    }

    private static AuditEvent attempt(String id) {
        return new AuditEvent.Attempt(
                id,
                ANNA,
                "ALTER TABLE t ADD COLUMN c text DEFAULT 'ä'",
                List.of(),
                "phase",
                List.of("add-column-volatile-default"),
                "does",
                "because",
                Optional.of("OPS-12"),
                Optional.of(4L));
    }

    private static AuditEvent outcome(String id) {
        return new AuditEvent.Outcome(id, ANNA, "done", "", "", Duration.ofMillis(3));
    }
}
