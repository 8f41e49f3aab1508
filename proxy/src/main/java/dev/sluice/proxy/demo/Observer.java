package dev.sluice.proxy.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the gateway how the latest migration of a table goes, as any client can. For one thread. */
final class Observer implements AutoCloseable {

    private final Client gateway;
    private final String table;
    private @Nullable Connection connection;

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
        try (Statement statement = connected().createStatement();
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

    private Connection connected() throws SQLException {
        Connection present = connection;
        if (present == null) {
            present = gateway.connect("observer");
            connection = present;
        }
        return present;
    }

    @Override
    public void close() {
        Connection present = connection;
        connection = null;
        if (present != null) {
            try {
                present.close();
            } catch (SQLException e) {
                // It is broken already; the next look connects again.
                return;
            }
        }
    }
}
