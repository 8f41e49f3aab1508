package dev.sluice.proxy.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/** A PostgreSQL of its own with a physical standby, which a copy of its files makes. */
public final class TestStandby implements AutoCloseable {

    /** What is another server's own. */
    private static final Set<String> OWN = Set.of("pg_wal", "pg_replslot", "postmaster.pid", "postmaster.opts");

    private static final String SLOT = "standby";

    private final EmbeddedPostgres primary;
    private final EmbeddedPostgres standby;

    public TestStandby(Path folder) throws IOException, SQLException {
        primary = EmbeddedPostgres.builder()
                .setPort(FreePort.next())
                .setPGStartupWait(Patience.LONG)
                .setServerConfig("wal_level", "replica")
                .start();
        standby = copy(folder.resolve("standby"));
    }

    private EmbeddedPostgres copy(Path to) throws IOException, SQLException {
        // The backup is that session's: it must stay until the copy is made.
        try (Connection backup = connect(primary);
                Statement statement = backup.createStatement()) {
            statement.execute("SELECT pg_create_physical_replication_slot('" + SLOT + "', true)");
            statement.execute("SELECT pg_backup_start('standby', true)");
            copyFiles(Path.of(text(statement, "SHOW data_directory")), to);
            Files.writeString(
                    to.resolve("backup_label"), text(statement, "SELECT labelfile FROM pg_backup_stop(false)"));
        }
        Files.createDirectories(to.resolve("pg_wal").resolve("archive_status"));
        Files.createDirectories(to.resolve("pg_replslot"));
        Files.createFile(to.resolve("standby.signal"));
        Files.writeString(
                to.resolve("postgresql.auto.conf"),
                "\nprimary_conninfo = 'host=127.0.0.1 port=" + primary.getPort()
                        + " user=postgres application_name=replica'\nprimary_slot_name = '" + SLOT + "'\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
        return EmbeddedPostgres.builder()
                .setPort(FreePort.next())
                .setPGStartupWait(Patience.LONG)
                .setDataDirectory(to)
                .setCleanDataDirectory(false)
                .start();
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (OWN.contains(folder.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!OWN.contains(file.getFileName().toString()) && attributes.isRegularFile()) {
                    Files.copy(file, to.resolve(from.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    // The server is at work: what it removes meanwhile its log removes again.
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    private static Connection connect(EmbeddedPostgres server) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres", "postgres", "");
    }

    private static String text(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    public int primaryPort() {
        return primary.getPort();
    }

    public int standbyPort() {
        return standby.getPort();
    }

    /** Runs statements on the primary. */
    public void execute(String... sql) throws SQLException {
        run(primary, sql);
    }

    public void pauseReplay() throws SQLException {
        run(standby, "SELECT pg_wal_replay_pause()");
    }

    public void resumeReplay() throws SQLException {
        run(standby, "SELECT pg_wal_replay_resume()");
    }

    private static void run(EmbeddedPostgres server, String... sql) throws SQLException {
        try (Connection connection = connect(server)) {
            Sql.execute(connection, sql);
        }
    }

    @Override
    public void close() {
        try {
            standby.close();
            primary.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
