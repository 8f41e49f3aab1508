package dev.sluice.proxy.app;

import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.mysql.ServerKiller;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kills over the gateway's own connections, once there are any. */
final class MySqlKiller implements ServerKiller {

    private static final Logger LOG = LoggerFactory.getLogger(MySqlKiller.class);

    private final CompletableFuture<ControlPools> pools;

    MySqlKiller(CompletableFuture<ControlPools> pools) {
        this.pools = pools;
    }

    @Override
    public void kill(String upstream, long connectionId, Runnable done) {
        ControlPools made = pools.getNow(null);
        if (made == null) {
            done.run();
            return;
        }
        Thread.ofVirtual().name("kill").start(() -> {
            try (Connection connection = made.database(upstream, "").connection();
                    Statement statement = connection.createStatement()) {
                statement.execute("KILL " + connectionId);
            } catch (SQLException e) {
                LOG.debug("connection {} of {} was not killed", connectionId, upstream, e);
            } finally {
                done.run();
            }
        });
    }
}
