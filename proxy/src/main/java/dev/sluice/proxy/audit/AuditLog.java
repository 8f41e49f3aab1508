package dev.sluice.proxy.audit;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes the audit trail. Thread-safe; writers that come while one is writing share its next fsync.
 *
 * <p>After an error the file is closed and the next record opens it again, so the trail goes on by itself once there is
 * room or right to write. Two processes cannot write one file; each gateway has its own.
 */
public final class AuditLog implements AutoCloseable {

    private static final int BACKLOG_LIMIT = 10_000;

    private final Path path;
    private final long rotateBytes;
    private final Clock clock;
    private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
    private final ReentrantLock writing = new ReentrantLock();
    /** What could not be written and must not be lost: outcomes of statements that have run. Guarded by writing. */
    private final Deque<Stamped> backlog = new ArrayDeque<>();

    private @Nullable AuditFile file;
    private long lastNumber;
    private String lastHash = AuditChain.GENESIS;

    /** @param rotateBytes the size from which on a new file is begun; 0: never */
    public AuditLog(Path path, long rotateBytes, Clock clock) {
        this.path = path;
        this.rotateBytes = rotateBytes;
        this.clock = clock;
    }

    private record Stamped(Instant time, AuditEvent event) {}

    private static final class Pending {
        private final List<Stamped> records;
        private boolean done;
        private @Nullable IOException failure;

        private Pending(List<Stamped> records) {
            this.records = records;
        }
    }

    public Path path() {
        return path;
    }

    /** Opens and repairs the file now, so that a trail that cannot be written is known at start. */
    public void open() throws AuditException {
        writing.lock();
        try {
            opened();
        } catch (IOException e) {
            throw failure(e);
        } finally {
            writing.unlock();
        }
    }

    /** Records an event and returns when it is on disk. Throws when it is not: then nothing may happen. */
    public void append(AuditEvent event) throws AuditException {
        append(List.of(event));
    }

    /** The same for several events at once, which are written together. */
    public void append(List<AuditEvent> events) throws AuditException {
        Pending pending = new Pending(events.stream()
                .map(event -> new Stamped(clock.instant(), event))
                .toList());
        queue.add(pending);
        writing.lock();
        try {
            if (!pending.done) {
                writeQueued();
            }
            if (pending.failure != null) {
                throw failure(pending.failure);
            }
        } finally {
            writing.unlock();
        }
    }

    /**
     * Records what has happened already. When the trail cannot be written, the event is kept and written before
     * anything else once it can; false then.
     */
    public boolean appendOrKeep(AuditEvent event) {
        try {
            append(event);
            return true;
        } catch (AuditException e) {
            writing.lock();
            try {
                if (backlog.size() < BACKLOG_LIMIT) {
                    backlog.add(new Stamped(clock.instant(), event));
                }
            } finally {
                writing.unlock();
            }
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        writing.lock();
        try {
            closeFile();
        } finally {
            writing.unlock();
        }
    }

    private void writeQueued() {
        List<Pending> batch = new ArrayList<>();
        for (Pending next = queue.poll(); next != null; next = queue.poll()) {
            batch.add(next);
        }
        List<Stamped> records =
                batch.stream().flatMap(pending -> pending.records.stream()).toList();
        // An interrupt closes the file in the middle of a write; the records of others must not suffer from it.
        boolean interrupted = Thread.interrupted();
        @Nullable IOException failure = write(records);
        if (failure instanceof ClosedByInterruptException) {
            interrupted |= Thread.interrupted();
            failure = write(records);
        }
        for (Pending pending : batch) {
            pending.failure = failure;
            pending.done = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable IOException write(List<Stamped> records) {
        try {
            AuditFile open = opened();
            StringBuilder lines = new StringBuilder();
            long number = lastNumber;
            String hash = lastHash;
            List<Stamped> all = new ArrayList<>(backlog);
            all.addAll(records);
            for (Stamped each : all) {
                String line = AuditChain.seal(AuditJson.body(++number, each.time(), each.event(), hash));
                lines.append(line).append('\n');
                hash = AuditChain.statedHash(line);
            }
            open.append(lines.toString().getBytes(StandardCharsets.UTF_8));
            backlog.clear();
            lastNumber = number;
            lastHash = hash;
            return null;
        } catch (IOException e) {
            closeQuietly(e);
            return e;
        }
    }

    private AuditFile opened() throws IOException {
        AuditFile current = file;
        if (current != null && current.isInPlace()) {
            if (rotateBytes <= 0 || current.size() < rotateBytes) {
                return current;
            }
            closeFile();
            Files.move(path, AuditFiles.rotated(path, lastNumber));
        }
        closeFile();
        AuditFile.Opened opened = AuditFile.open(path);
        file = opened.file();
        Optional<String> tail = opened.tail().isPresent() ? opened.tail() : AuditFiles.lastLineOfRotated(path);
        String note = continueBehind(tail);
        if (opened.quarantined().isPresent()) {
            note += "the last line was torn by a crash and was moved to "
                    + opened.quarantined().get().getFileName();
        }
        if (!note.isEmpty()) {
            backlog.addFirst(new Stamped(clock.instant(), new AuditEvent.Note(note)));
        }
        return opened.file();
    }

    /** Takes number and hash from the record that was last written; says so when that record is damaged. */
    private String continueBehind(Optional<String> tail) {
        if (tail.isEmpty()) {
            boolean lost = lastNumber > 0;
            lastNumber = 0;
            lastHash = AuditChain.GENESIS;
            return lost ? "the file was removed while the gateway was writing it; " : "";
        }
        String line = tail.get();
        if (AuditChain.intact(line)) {
            JsonNode record = AuditJson.parse(line);
            lastNumber = record.path("seq").asLong(0);
            lastHash = AuditChain.statedHash(line);
            return "";
        }
        lastNumber = 0;
        lastHash = AuditChain.GENESIS;
        return "the record before this one is damaged, the chain begins anew; ";
    }

    private void closeFile() throws IOException {
        AuditFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    private void closeQuietly(IOException cause) {
        try {
            closeFile();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private AuditException failure(IOException cause) {
        String words = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        boolean full = words.contains("no space left") || words.contains("quota exceeded");
        // The name of a more special exception says what its message does not: access denied, no such file.
        String why = cause.getClass() == IOException.class ? cause.getMessage() : cause.toString();
        return new AuditException(
                full ? "53100" : "58030", "the audit trail " + path + " cannot be written: " + why, cause);
    }
}
