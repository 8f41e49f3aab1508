package dev.sluice.proxy.rehearsal;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Schema changes of several kinds before a real server, since no stub could stand in for the catalogs and the ledger: what
 * judges a statement, asks the server and fills tables is code that a gateway runs seldom, and all at once beside its clients'
 * traffic. The server is the demo's, in a folder of the caller's; where it does not start there is no such rehearsal. Blocks.
 */
public final class MigrationRehearsal implements AutoCloseable {
    private static final String USER = "postgres";
    private static final int ROUNDS = 3;
    private static final int ROWS = 40_000;

    private static final List<String> CHANGES = List.of(
            "ALTER TABLE %s ADD COLUMN seen timestamptz NOT NULL DEFAULT clock_timestamp()",
            "ALTER TABLE %s ALTER COLUMN note SET NOT NULL",
            "ALTER TABLE %s ADD CONSTRAINT positive CHECK (amount >= 0)",
            "ALTER TABLE %s ADD FOREIGN KEY (customer) REFERENCES customers",
            "CREATE INDEX ON %s (customer)",
            "BEGIN; ALTER TABLE %s ADD COLUMN plain int DEFAULT 0; COMMIT",
            "ALTER TABLE %s ADD COLUMN code uuid UNIQUE DEFAULT gen_random_uuid()",
            // Needs an approval, so it is refused.
            "ALTER TABLE %s DROP COLUMN note");

    /** Of all changes. */
    static final int ANSWERS = ROUNDS * CHANGES.size();

    private final String upstream;
    private final Closeable server;

    /** @param upstream a database without tables of these names, with parameters */
    MigrationRehearsal(String upstream, Closeable server) {
        this.upstream = upstream;
        this.server = server;
    }

    /** @throws IOException also where there is no such server for this machine */
    public static MigrationRehearsal start(Path folder) throws IOException {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(folder.resolve("binaries").toFile())
                    .setDataDirectory(folder.resolve("data"))
                    .setServerConfig("fsync", "off")
                    .start();
            return new MigrationRehearsal(url(server.getPort(), "postgres?user=" + USER), server);
        } catch (RuntimeException e) {
            throw new IOException("no server for a rehearsal of schema changes", e);
        }
    }

    /** The upstream that the gateway is to be started in front of. */
    public String upstream() {
        return upstream;
    }

    /**
     * Ends when all changes are made, or when the time is over.
     *
     * @return how many of them were answered, by an error too
     */
    public int play(InetSocketAddress gateway, Duration patience) throws InterruptedException {
        AtomicInteger answered = new AtomicInteger();
        Thread client = Thread.ofPlatform()
                .daemon()
                .name("rehearsal")
                .start(() -> changeAll(url(gateway.getPort(), upstream.replaceFirst(".*/", "")), answered));
        client.join(patience);
        return answered.get();
    }

    private static String url(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    private void changeAll(String gateway, AtomicInteger answered) {
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String table = "orders_" + round;
                fill(table);
                // As psql sends statements, and as drivers do.
                String mode = round % 2 == 0 ? "simple" : "extended";
                change(gateway + "&preferQueryMode=" + mode, table, answered);
            }
        } catch (SQLException e) {
            // Whoever warms up has lost interest.
            return;
        }
    }

    private void fill(String table) throws SQLException {
        try (Connection direct = DriverManager.getConnection(upstream);
                Statement statement = direct.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS customers (id int PRIMARY KEY)");
            statement.execute("INSERT INTO customers VALUES (1) ON CONFLICT DO NOTHING");
            statement.execute("CREATE TABLE " + table + " AS SELECT g::bigint AS id, 1 AS customer, 9.99 AS amount,"
                    + " md5(g::text) AS note FROM generate_series(1, " + ROWS + ") g");
            statement.execute("ALTER TABLE " + table + " ADD PRIMARY KEY (id)");
        }
    }

    private static void change(String url, String table, AtomicInteger answered) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String change : CHANGES) {
                try {
                    statement.execute(change.formatted(table));
                } catch (SQLException e) {
                    if (connection.isClosed()) {
                        throw e;
                    }
                }
                answered.incrementAndGet();
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
