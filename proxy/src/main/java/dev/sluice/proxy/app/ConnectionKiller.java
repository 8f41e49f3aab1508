package dev.sluice.proxy.app;

import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.mysql.ServerKiller;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kills connections under the gateway's own role, on virtual threads. Thread-safe. */
final class ConnectionKiller implements ServerKiller {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionKiller.class);

    private final ControlPools pools;

    ConnectionKiller(ControlPools pools) {
        this.pools = pools;
    }

    @Override
    public void kill(String upstream, long connectionId, Runnable done) {
        Thread.ofVirtual().name("kill " + connectionId).start(() -> {
            try (Connection connection = pools.database(upstream, "").connection();
                    Statement statement = connection.createStatement()) {
                statement.execute("KILL CONNECTION " + connectionId);
            } catch (SQLException e) {
                LOG.debug("connection {} of {} was not killed", connectionId, upstream, e);
            } finally {
                done.run();
            }
        });
    }
}
