package dev.sluice.proxy.demo;

import dev.sluice.proxy.catalog.KeptConnection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** Asks the gateway how the latest migration of a table goes, as any client can. For one thread. */
final class Observer implements AutoCloseable {

    private final Client gateway;
    private final String table;
    private final KeptConnection connection = new KeptConnection();

    /** @param table as the gateway names it */
    Observer(Client gateway, String table) {
        this.gateway = gateway;
        this.table = table;
    }

    /** A migration as the gateway tells it. */
    record Seen(String state, String phase, long done, long total, long perSecond, String reason) {

        /** The part that is done: filling rows takes nearly all of the time, the phases behind it the rest. */
        double share() {
            return switch (phase) {
                case "expand" -> 0;
                case "backfill" -> total == 0 ? 0 : 0.94 * Math.min(1, (double) done / total);
                case "validate" -> 0.95;
                case "enforce" -> 0.97;
                default -> state.equals("complete") ? 1 : 0.98;
            };
        }
    }

    /** The latest migration; empty when there is none, or when it cannot be told just now. */
    Optional<Seen> latest() {
        try (Statement statement =
                        connection.get(() -> gateway.connect("observer")).createStatement();
                ResultSet row = statement.executeQuery("SHOW SLUICE MIGRATIONS")) {
            while (row.next()) {
                if (row.getString("table").equals(table)) {
                    return Optional.of(seen(row));
                }
            }
            return Optional.empty();
        } catch (SQLException e) {
            close();
            return Optional.empty();
        }
    }

    private static Seen seen(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        return new Seen(
                row.getString("state"),
                row.getString("phase"),
                row.getLong("rows"),
                row.getLong("total"),
                row.getLong("rate"),
                reason == null ? "" : reason);
    }

    @Override
    public void close() {
        connection.close();
    }
}
