package dev.sluice.proxy.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The file that records are appended to, opened for this process alone. Not thread-safe.
 *
 * <p>A crash in the middle of a write leaves a last line without its end. Opening moves such a line to a file of its own
 * and cuts it off, so that the trail stays a sequence of whole records.
 */
final class AuditFile implements AutoCloseable {

    private final FileChannel channel;
    private final Path path;
    private final Object key;
    private long end;

    private AuditFile(FileChannel channel, Path path, Object key, long end) {
        this.channel = channel;
        this.path = path;
        this.key = key;
        this.end = end;
    }

    /**
     * @param tail the last whole record, empty in a new file
     * @param quarantined where a torn last line was put
     */
    record Opened(AuditFile file, Optional<String> tail, Optional<Path> quarantined) {}

    static Opened open(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            lock(channel, path);
            long end = LastLine.endOfWholeLines(channel);
            Optional<Path> quarantined = quarantine(channel, path, end);
            return new Opened(new AuditFile(channel, path, key(path), end), LastLine.read(channel, end), quarantined);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Appends the lines and has them on disk on return; after an exception none of them is in the file. */
    void append(byte[] lines) throws IOException {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(lines);
            long position = end;
            while (buffer.hasRemaining()) {
                position += channel.write(buffer, position);
            }
            channel.force(false);
            end = position;
        } catch (IOException e) {
            cutBack(e);
            throw e;
        }
    }

    /** Whether the path still leads to this file: somebody may have moved it, or put another one there. */
    boolean isInPlace() {
        try {
            return key.equals(key(path));
        } catch (IOException e) {
            return false;
        }
    }

    private static Object key(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path : key; // A file system without keys: then only the file's end is seen.
    }

    long size() {
        return end;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void cutBack(IOException cause) {
        try {
            channel.truncate(end);
        } catch (IOException e) {
            // The next opening sees a torn line, or lines that nobody was told were written, and repairs the first.
            cause.addSuppressed(e);
        }
    }

    private static void lock(FileChannel channel, Path path) throws IOException {
        try {
            if (channel.tryLock() == null) {
                throw new IOException(path + " is written by another process");
            }
        } catch (OverlappingFileLockException e) {
            throw new IOException(path + " is written by another trail of this process", e);
        }
    }

    private static Optional<Path> quarantine(FileChannel channel, Path path, long end) throws IOException {
        long size = channel.size();
        if (size == end) {
            return Optional.empty();
        }
        ByteBuffer torn = ByteBuffer.allocate(Math.toIntExact(size - end));
        while (torn.hasRemaining() && channel.read(torn, end + torn.position()) >= 0) {
            continue;
        }
        Path aside = path.resolveSibling(path.getFileName() + ".torn-" + end);
        Files.write(aside, torn.array());
        channel.truncate(end);
        channel.force(true);
        return Optional.of(aside);
    }

    /** Finding the last line from the end of a file, however long the file is. */
    private static final class LastLine {
        private static final int BLOCK = 64 * 1024;

        private LastLine() {}

        /** The position behind the last newline. */
        static long endOfWholeLines(FileChannel channel) throws IOException {
            return newlineBefore(channel, channel.size()) + 1;
        }

        /** The line that ends at {@code end}, without its newline. */
        static Optional<String> read(FileChannel channel, long end) throws IOException {
            if (end == 0) {
                return Optional.empty();
            }
            long start = newlineBefore(channel, end - 1) + 1;
            ByteBuffer line = ByteBuffer.allocate(Math.toIntExact(end - 1 - start));
            while (line.hasRemaining() && channel.read(line, start + line.position()) >= 0) {
                continue;
            }
            return Optional.of(new String(line.array(), StandardCharsets.UTF_8));
        }

        /** The position of the last newline before a position, or -1. */
        private static long newlineBefore(FileChannel channel, long position) throws IOException {
            long until = position;
            while (until > 0) {
                long from = Math.max(0, until - BLOCK);
                ByteBuffer block = ByteBuffer.allocate((int) (until - from));
                while (block.hasRemaining() && channel.read(block, from + block.position()) >= 0) {
                    continue;
                }
                for (int i = block.position() - 1; i >= 0; i--) {
                    if (block.get(i) == '\n') {
                        return from + i;
                    }
                }
                until = from;
            }
            return -1;
        }
    }
}
