package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Classifier;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;
import dev.sluice.proxy.testing.TestPostgres;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** A listener in front of the test server, with a database of its own. */
final class TestGateway implements AutoCloseable {
    private static final EventLoopGroup LOOPS = Transport.best().newEventLoops(1);

    final String database = TestPostgres.newDatabase();
    final PostgresListener listener;

    TestGateway(Interceptor interceptor) {
        this(interceptor, ListenerConfig.Limits.DEFAULTS, TrafficListener.NONE);
    }

    TestGateway(Interceptor interceptor, ListenerConfig.Limits limits, TrafficListener traffic) {
        this(interceptor, limits, traffic, TestPostgres.port());
    }

    TestGateway(Interceptor interceptor, ListenerConfig.Limits limits, TrafficListener traffic, int serverPort) {
        listener = new PostgresListener(
                new ListenerConfig(
                        new InetSocketAddress("127.0.0.1", 0), "test", "staging", "127.0.0.1", serverPort, limits),
                Transport.best(),
                LOOPS,
                Classifier::classify,
                interceptor,
                traffic);
        listener.start();
    }

    int port() {
        return listener.address().getPort();
    }

    Connection connect(String... options) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "postgres");
        for (int i = 0; i < options.length; i += 2) {
            properties.setProperty(options[i], options[i + 1]);
        }
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port() + "/" + database, properties);
    }

    RawClient raw() throws java.io.IOException {
        return new RawClient(port());
    }

    /** A client that has logged in. */
    RawClient session() throws java.io.IOException {
        RawClient client = raw();
        client.login(database);
        return client;
    }

    @Override
    public void close() {
        listener.close();
    }
}
