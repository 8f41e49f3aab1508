package dev.sluice.proxy.app;

import static org.awaitility.Awaitility.await;

import dev.sluice.proxy.cli.GatewayLauncher;
import dev.sluice.proxy.config.ConfigurationReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** A whole gateway that runs one migration slowly enough for something to happen meanwhile. */
final class PacedMigration implements AutoCloseable {

    final GatewayLauncher.Running gateway;
    private final Path audit;
    private final Connection client;

    /** What {@code SHOW SLUICE MIGRATION} says. */
    record Seen(String state, long rowsDone, String reason) {}

    /**
     * @param yaml the configuration, without listener's address, HTTP and audit
     * @param client the JDBC URL of a client, where {@code PORT} stands for the gateway's
     */
    PacedMigration(Path folder, String yaml, String client, String user, String password) throws Exception {
        audit = folder.resolve("audit.jsonl");
        String text = yaml + """
                operators: ["*"]
                completion: return
                http: {enabled: false}
                audit: {file: "%s"}
                """.formatted(audit);
        gateway = Gateway.start(new ConfigurationReader(Map.of()).read("test", text, folder));
        String url = client.replace(
                "PORT", String.valueOf(gateway.addresses().getFirst().getPort()));
        this.client = DriverManager.getConnection(url, user, password);
    }

    /** Begins a migration, the only one, and returns once it has filled rows. */
    void begin(String alter) throws Exception {
        try (Statement statement = client.createStatement()) {
            statement.execute(alter);
        }
        until(seen -> seen.rowsDone() > 0);
    }

    Seen seen() throws SQLException {
        try (Statement statement = client.createStatement();
                ResultSet row = statement.executeQuery("SHOW SLUICE FULL MIGRATION 1")) {
            row.next();
            return new Seen(row.getString("state"), row.getLong("rows"), row.getString("reason"));
        }
    }

    Seen until(Predicate<Seen> condition) {
        return await().until(this::seen, condition);
    }

    /** The reason that the throttle gives now. */
    String throttle() throws SQLException {
        try (Statement statement = client.createStatement();
                ResultSet row = statement.executeQuery("SHOW SLUICE THROTTLE")) {
            row.next();
            String reason = row.getString("reason");
            return reason == null ? "" : reason;
        }
    }

    /** Waits until no batch runs for the sake of a signal, and then sees to it that none does for a while. */
    Seen untilItStands(String signal) throws SQLException {
        await().until(this::throttle, reason -> reason.contains(signal));
        until(seen -> seen.state().equals("throttled") && seen.reason().contains(signal));
        AtomicLong rows = new AtomicLong();
        await().during(Duration.ofSeconds(2)).until(() -> {
            long now = seen().rowsDone();
            return now == rows.getAndSet(now);
        });
        return seen();
    }

    String audit() throws Exception {
        return Files.readString(audit);
    }

    @Override
    public void close() throws Exception {
        client.close();
        gateway.close();
    }
}
