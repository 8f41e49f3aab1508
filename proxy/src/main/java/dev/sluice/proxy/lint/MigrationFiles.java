package dev.sluice.proxy.lint;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Finds and reads migration files. */
final class MigrationFiles {
    /** A larger file is a data load, no migration. */
    private static final long SIZE_MAX_BYTES = 64L * 1024 * 1024;

    private static final Set<String> SKIPPED = Set.of("node_modules", "target", "build", "vendor");

    private MigrationFiles() {}

    /**
     * The files that the paths name, and the {@code .sql} files in the folders that they name, in the order in which the
     * tools run them.
     *
     * @throws NoSuchFileException a path names nothing
     */
    static List<MigrationFile> find(List<Path> paths) throws IOException {
        Set<MigrationFile> found = new LinkedHashSet<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                List<MigrationFile> inside = new ArrayList<>();
                collect(path, inside);
                inside.sort(MigrationFile.ORDER);
                found.addAll(inside);
            } else if (Files.exists(path)) {
                found.add(MigrationFile.of(path));
            } else {
                throw new NoSuchFileException(path.toString());
            }
        }
        return List.copyOf(found);
    }

    private static void collect(Path folder, List<MigrationFile> into) throws IOException {
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.sorted().toList();
        }
        for (Path entry : entries) {
            String name = String.valueOf(entry.getFileName());
            if (Files.isDirectory(entry)) {
                if (!name.startsWith(".") && !SKIPPED.contains(name)) {
                    collect(entry, into);
                }
            } else if (name.toLowerCase(Locale.ROOT).endsWith(".sql")) {
                into.add(MigrationFile.of(entry));
            }
        }
    }

    /** A file's text: UTF-8, UTF-16 with a byte order mark, or else latin 1. */
    static String read(Path path) throws IOException {
        if (Files.size(path) > SIZE_MAX_BYTES) {
            throw new IOException("larger than 64 MiB; a migration is smaller");
        }
        byte[] bytes = Files.readAllBytes(path);
        if (bytes.length >= 2 && (bytes[0] & 0xff) + (bytes[1] & 0xff) == 0xfe + 0xff) {
            return new String(bytes, StandardCharsets.UTF_16);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
