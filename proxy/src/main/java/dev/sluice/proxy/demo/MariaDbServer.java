package dev.sluice.proxy.demo;

import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import dev.sluice.proxy.config.Address;
import dev.sluice.proxy.config.JdbcUrl;
import dev.sluice.proxy.config.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A MariaDB server in a temporary folder, reached from this machine only. */
final class MariaDbServer implements AutoCloseable {

    private static final String USER = "demo";
    private static final String PASSWORD = "demo";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final JdbcUrl url;

    private MariaDbServer(Process process, JdbcUrl url) {
        this.process = process;
        this.url = url;
    }

    /** Where it is, with a user who may do everything. */
    JdbcUrl url() {
        return url;
    }

    /**
     * Fetches, installs and starts a server, on a free port.
     *
     * @param folder for binaries and data
     */
    static MariaDbServer start(Path folder) throws IOException, CliException, InterruptedException {
        Path binaries = MariaDbBinaries.fetch(folder);
        Path log = folder.resolve("mariadb.log");
        Path data = folder.resolve("data");
        String user = "--user=" + System.getProperty("user.name");
        Commands.run(
                folder,
                log,
                binaries.resolve("scripts/mariadb-install-db").toString(),
                "--no-defaults",
                "--basedir=" + binaries,
                "--datadir=" + data,
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                user);
        Path first = Files.writeString(
                folder.resolve("first.sql"),
                "CREATE USER '" + USER + "'@'%' IDENTIFIED BY '" + PASSWORD + "';\nGRANT ALL ON *.* TO '" + USER
                        + "'@'%' WITH GRANT OPTION;\n");
        int port = freePort();
        Process process = Commands.start(
                folder,
                log,
                binaries.resolve("bin/mariadbd").toString(),
                "--no-defaults",
                "--basedir=" + binaries,
                "--datadir=" + data,
                "--init-file=" + first,
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--socket=" + folder.resolve("s"),
                "--skip-name-resolve",
                "--innodb-buffer-pool-size=512M",
                "--innodb-log-file-size=512M",
                user);
        MariaDbServer server = new MariaDbServer(process, urlOf(port));
        try {
            server.awaitReady(log);
            return server;
        } catch (CliException | InterruptedException e) {
            server.close();
            throw e;
        }
    }

    private static JdbcUrl urlOf(int port) {
        return new JdbcUrl(
                JdbcUrl.Product.MARIADB,
                new Address("127.0.0.1", port),
                "",
                Map.of(),
                Optional.of(USER),
                Optional.of(Secret.of(PASSWORD)));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady(Path log) throws CliException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!accepts()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new CliException(
                        ExitCode.UNREACHABLE, "the demo's MariaDB does not start: " + Commands.lastLine(log));
            }
            Thread.sleep(100);
        }
    }

    private boolean accepts() {
        try (Connection connection = DriverManager.getConnection(url.forDriver(), USER, PASSWORD)) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** At once: its data goes, too. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
