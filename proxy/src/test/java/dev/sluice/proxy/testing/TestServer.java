package dev.sluice.proxy.testing;

import dev.sluice.proxy.catalog.ControlUpstream;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.postgresql.PGConnection;

/** A real PostgreSQL, started once for all tests of a JVM, with a database for each test that asks. */
public final class TestServer {

    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final Collection<TestServer> STARTED = new ConcurrentLinkedQueue<>();

    private final String host;
    private final int port;
    private final String password;
    private final String gatewayRole;
    private final Map<List<String>, String> templates = new ConcurrentHashMap<>();
    private final Queue<String> made = new ConcurrentLinkedQueue<>();

    private TestServer(String host, int port, String password, String gatewayRole) {
        this.host = host;
        this.port = port;
        this.password = password;
        this.gatewayRole = gatewayRole;
    }

    /** A server that somebody else has started, whose superuser is {@code postgres}. */
    public static TestServer at(String host, int port, String password) {
        return new TestServer(host, port, password, "postgres");
    }

    private static final class Newest {
        static final TestServer SERVER = start(EmbeddedPostgres.builder());
    }

    private static final class Old {
        static final TestServer SERVER =
                start(EmbeddedPostgres.builder().setPgBinaryResolver((system, machine) -> oldBinaries()));
    }

    /** The newest major that is supported. */
    public static TestServer newest() {
        return Newest.SERVER;
    }

    /** An older major. */
    public static TestServer old() {
        return Old.SERVER;
    }

    private static InputStream oldBinaries() throws IOException {
        String jarPath = System.getProperty("sluice.test.old-postgres");
        if (jarPath == null) {
            throw new IOException("the build says where the older server's binaries are: run the tests with Maven");
        }
        try (ZipFile jar = new ZipFile(jarPath)) {
            var archive = jar.stream()
                    .filter(e -> e.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow();
            return new ByteArrayInputStream(jar.getInputStream(archive).readAllBytes());
        }
    }

    private static TestServer start(EmbeddedPostgres.Builder builder) {
        try {
            EmbeddedPostgres server = builder.setPort(FreePort.next())
                    .setPGStartupWait(Patience.LONG)
                    .setServerConfig("max_connections", "200")
                    .setServerConfig("wal_level", "logical")
                    .setServerConfig("max_prepared_transactions", "10")
                    // What the machine's end would tear is of no use to anybody, nor are plans that take longer than
                    // they save.
                    .setServerConfig("full_page_writes", "off")
                    .setServerConfig("jit", "off")
                    .setServerConfig("autovacuum", "off")
                    .setServerConfig("max_wal_size", "4GB")
                    .setServerConfig("checkpoint_timeout", "30min")
                    .start();
            TestServer started = new TestServer("localhost", server.getPort(), "", "postgres");
            if (started.major() < 13) {
                // A core function since 13; before, an extension's, which these binaries do not have.
                started.execute(
                        "template1",
                        "CREATE FUNCTION public.gen_random_uuid() RETURNS uuid LANGUAGE sql VOLATILE AS"
                                + " 'SELECT md5(random()::text || clock_timestamp()::text)::uuid'");
            }
            STARTED.add(started);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public String host() {
        return host;
    }

    /** The superuser's password; empty where everybody is trusted. */
    public String password() {
        return password;
    }

    public int port() {
        return port;
    }

    /** The server's major version. */
    public int major() {
        try {
            return Integer.parseInt(text("postgres", "SHOW server_version_num")) / 10_000;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public String url(String database) {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    /**
     * SIGKILL to one backend makes the server drop all sessions and recover from its log. Returns when it answers again; what
     * was committed asynchronously just before may be lost, as the embedded server's own default is.
     */
    public void crash(String database) throws SQLException {
        long pid;
        try (Connection victim = connect(database)) {
            pid = victim.unwrap(PGConnection.class).getBackendPID();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            Awaitility.await()
                    .until(() ->
                            !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
        }
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> text(database, "SELECT 1").equals("1"));
    }

    /** The name of a database that was just made. */
    public String newDatabase() {
        String name = nextName();
        try {
            execute("postgres", "CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return name;
    }

    /** A new one in which what is committed survives {@link #crash}: the embedded server's own default may lose the last of it. */
    public String newDurableDatabase() {
        String name = newDatabase();
        try {
            execute("postgres", "ALTER DATABASE " + name + " SET synchronous_commit = on");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return name;
    }

    private String nextName() {
        String name = "t" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
        made.add(name);
        return name;
    }

    /**
     * Drops what the servers of this process were asked for so far. Each database is some 300 files: hundreds of them take
     * longer to go when the process ends than Maven waits for its end.
     */
    static void dropAll() {
        STARTED.forEach(TestServer::dropMade);
    }

    private void dropMade() {
        templates.clear();
        for (String name = made.poll(); name != null; name = made.poll()) {
            try (Connection connection = connect("postgres");
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
                statement.execute("DROP DATABASE IF EXISTS " + name);
            } catch (SQLException e) {
                // A prepared transaction or a slot holds it, or somebody has just come back: it goes with the server.
                continue;
            }
        }
    }

    /**
     * The name of a database that was just made as these statements leave one. They are run once, however many databases
     * are asked for.
     */
    public String newDatabaseAfter(List<String> statements) {
        String template = templates.computeIfAbsent(statements, this::template);
        String name = nextName();
        try {
            execute("postgres", "CREATE DATABASE " + name + " TEMPLATE " + template);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return name;
    }

    private String template(List<String> statements) {
        String name = newDatabase();
        try {
            execute(name, statements.toArray(String[]::new));
            execute("postgres", "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return name;
    }

    /** Drops a database and ends who is still connected to it. */
    public void drop(String database) throws SQLException {
        execute(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'",
                "DROP DATABASE " + database);
    }

    /** A connection of the superuser. */
    public Connection connect(String database) throws SQLException {
        return connect(database, "postgres");
    }

    public Connection connect(String database, String user) throws SQLException {
        return DriverManager.getConnection(url(database), user, password);
    }

    /** The same server, on which a gateway works as another role. */
    public TestServer as(String role) {
        return new TestServer(host, port, password, role);
    }

    /** The server as an upstream named {@code test}, as the superuser unless {@link #as} said another. */
    public ControlUpstream upstream() {
        return new ControlUpstream("test", url("postgres"), gatewayRole, password, 8);
    }

    /** Runs statements as the superuser. */
    public void execute(String database, String... sql) throws SQLException {
        try (Connection connection = connect(database)) {
            Sql.execute(connection, sql);
        }
    }

    /** The first value of a query's answer as text; empty for NULL. */
    public String text(String database, String sql) throws SQLException {
        try (Connection connection = connect(database)) {
            return Sql.text(connection, sql);
        }
    }
}
