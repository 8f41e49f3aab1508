package dev.sluice.proxy.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads a trail, the rotated files included, also while a gateway writes it. */
public final class AuditTrail {

    private final Path path;

    public AuditTrail(Path path) {
        this.path = path;
    }

    /** A record and the line it was read from. */
    public record Entry(JsonNode record, String line) {
        public String text(String member) {
            return record.path(member).asString("");
        }
    }

    /**
     * What a check of the chain found.
     *
     * @param records whole and unbroken ones
     * @param lastHash of the last of these: kept elsewhere, it proves later that nothing was cut off the end
     * @param broken the first record that is not as it was written
     */
    public record Verification(long records, String lastHash, Optional<Broken> broken) {}

    /** @param number the record's number, or the number that is missing */
    public record Broken(long number, Path file, long line, String reason) {}

    /** The files of the trail, the oldest first; empty when there is none. */
    public List<Path> files() throws IOException {
        return AuditFiles.of(path);
    }

    /** Hands over each record in order; lines that are no JSON are left out, {@link #verify} names them. */
    public void forEach(Consumer<Entry> consumer) throws IOException {
        for (Path file : files()) {
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    entry(line).ifPresent(consumer);
                }
            }
        }
    }

    /** The last records that match, in order. */
    public List<Entry> last(int limit, Predicate<Entry> matching) throws IOException {
        Deque<Entry> kept = new ArrayDeque<>();
        forEach(entry -> {
            if (matching.test(entry)) {
                kept.addLast(entry);
                if (kept.size() > limit) {
                    kept.removeFirst();
                }
            }
        });
        return List.copyOf(kept);
    }

    /** Checks every record's hash, its link to the one before it, and its number. */
    public Verification verify() throws IOException {
        ChainCheck check = new ChainCheck();
        for (Path file : files()) {
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                long number = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    number++;
                    Optional<Broken> broken = check.next(file, number, line);
                    if (broken.isPresent()) {
                        return new Verification(check.records(), check.lastHash(), broken);
                    }
                }
            }
        }
        return new Verification(check.records(), check.lastHash(), Optional.empty());
    }

    private static Optional<Entry> entry(String line) {
        try {
            return Optional.of(new Entry(AuditJson.parse(line), line));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
