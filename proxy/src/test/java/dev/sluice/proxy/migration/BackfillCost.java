package dev.sluice.proxy.migration;

import dev.sluice.proxy.testing.TestServer;
import dev.sluice.proxy.throttle.Pacer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;

/**
 * Measures a backfill against one plain UPDATE of the same table on an idle server: rows a second, WAL bytes, and the
 * server's processor time. Rows and
 * rounds are the arguments.
 */
final class BackfillCost {

    private BackfillCost() {}

    public static void main(String[] arguments) throws Exception {
        int rows = Integer.parseInt(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        TestServer server = TestServer.newest();
        for (int i = 0; i < rounds; i++) {
            measure(server, rows, false);
            measure(server, rows, true);
        }
        System.exit(0);
    }

    private static void measure(TestServer server, int rows, boolean batches) throws Exception {
        String database = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int, t text) WITH (autovacuum_enabled = false)",
                "INSERT INTO orders SELECT i, i, repeat('x', 60) FROM generate_series(1, " + rows + ") i",
                "VACUUM (FREEZE, ANALYZE) orders",
                "CHECKPOINT");
        try (Gateway gateway =
                new Gateway(server, database, RunnerSettings.defaults(), server.upstream(), Pacer.UNTHROTTLED)) {
            // The ledger and its classes are there before the clock runs.
            warm(server, gateway, database);
            long id = batches ? gateway.expand(Plans.fillOnly()) : 0;
            if (!batches) {
                server.execute(database, Plans.expand());
            }
            server.execute(database, "CHECKPOINT");
            long wal = wal(server, database);
            double cpu = cpuSeconds(server, database);
            long begin = System.nanoTime();
            if (batches) {
                gateway.await(id);
            } else {
                server.execute(database, "UPDATE orders SET ref = gen_random_uuid() WHERE ref IS NULL");
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    "%s rows/s %.0f, WAL bytes/row %.1f, server CPU us/row %.2f%n",
                    batches ? "backfill" : "update  ",
                    rows / seconds,
                    (wal(server, database) - wal) / (double) rows,
                    (cpuSeconds(server, database) - cpu) * 1e6 / rows);
        }
    }

    private static void warm(TestServer server, Gateway gateway, String database) throws Exception {
        server.execute(database, "CREATE TABLE warm AS SELECT i AS id FROM generate_series(1, 1000) i");
        gateway.await(gateway.propose(Plans.fill("warm")));
    }

    /** What the server's processes have used, on Linux; a machine that is busy otherwise does not change it. */
    private static double cpuSeconds(TestServer server, String database) throws Exception {
        Path pidFile = Path.of(server.text(database, "SHOW data_directory"), "postmaster.pid");
        String postmaster = Files.readAllLines(pidFile).getFirst();
        double ticks = 0;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                String stat;
                try {
                    stat = Files.readString(process.resolve("stat"));
                } catch (IOException e) {
                    continue;
                }
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                if (process.getFileName().toString().equals(postmaster)) {
                    ticks += Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
                }
                if (fields[1].equals(postmaster)) {
                    ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                }
            }
        }
        return ticks / 100;
    }

    private static long wal(TestServer server, String database) throws Exception {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")) {
            row.next();
            return row.getLong(1);
        }
    }
}
