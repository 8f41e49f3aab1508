package dev.sluice.proxy.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files that one trail consists of: {@code audit.jsonl}, and {@code audit.jsonl.N} up to record N each. */
final class AuditFiles {

    private AuditFiles() {}

    static Path rotated(Path path, long lastNumber) {
        return path.resolveSibling(path.getFileName() + "." + lastNumber);
    }

    /** In the order in which they were written; the file being written last. */
    static List<Path> of(Path path) throws IOException {
        List<Path> files = new ArrayList<>(rotatedOf(path));
        if (Files.exists(path)) {
            files.add(path);
        }
        return files;
    }

    static Optional<String> lastLineOfRotated(Path path) throws IOException {
        List<Path> rotated = rotatedOf(path);
        if (rotated.isEmpty()) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(rotated.getLast())) {
            return lines.reduce((earlier, later) -> later);
        }
    }

    private static List<Path> rotatedOf(Path path) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        String prefix = path.getFileName() + ".";
        try (Stream<Path> siblings = Files.list(folder)) {
            return siblings.filter(file -> number(file, prefix) >= 0)
                    .sorted(Comparator.comparingLong(file -> number(file, prefix)))
                    .toList();
        }
    }

    private static long number(Path file, String prefix) {
        String name = file.getFileName().toString();
        if (!name.startsWith(prefix) || name.length() > prefix.length() + 18) {
            return -1;
        }
        String digits = name.substring(prefix.length());
        return !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : -1;
    }
}
