package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.Gate;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;
import dev.sluice.proxy.testing.Forwarding;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** A listener before a server, with a judge that a test supplies. */
final class TestGateway implements AutoCloseable {

    private final EventLoopGroup loops = Transport.best().newEventLoops(2);
    private final MySqlListener listener;

    private TestGateway(
            MySqlSettings settings,
            StatementScreen screen,
            Interceptor interceptor,
            TrafficListener traffic,
            ServerKiller killer) {
        listener =
                new MySqlListener(settings, Transport.best(), loops, screen, interceptor, traffic, killer, new Gate());
        listener.start();
    }

    /** With the real classifier, and somebody who hears of the traffic. */
    static TestGateway classifying(
            MySqlSettings settings, BiFunction<HeldSession, String, Ruling> judge, TrafficListener traffic) {
        return new TestGateway(
                settings, StatementScreen.standard(), Forwarding.unless(judge), traffic, ServerKiller.none());
    }

    static MySqlSettings settings(InetSocketAddress server) {
        return new MySqlSettings(
                new InetSocketAddress("127.0.0.1", 0),
                "orders",
                "test",
                server.getHostString(),
                server.getPort(),
                MySqlSettings.Limits.DEFAULTS);
    }

    static TestGateway relayTo(InetSocketAddress server) {
        return with(server, (session, sql) -> new Ruling.Forward());
    }

    static TestGateway with(InetSocketAddress server, BiFunction<HeldSession, String, Ruling> judge) {
        return with(settings(server), judge, ServerKiller.none());
    }

    static TestGateway with(
            MySqlSettings settings, BiFunction<HeldSession, String, Ruling> judge, ServerKiller killer) {
        return new TestGateway(settings, new WordScreen(), Forwarding.unless(judge), TrafficListener.NONE, killer);
    }

    int port() {
        return listener.address().getPort();
    }

    MySqlListener listener() {
        return listener;
    }

    Connection mariadb(String database, String options) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:" + port() + "/" + database + "?allowPublicKeyRetrieval=true&" + options,
                EmbeddedMariaDb.USER,
                EmbeddedMariaDb.PASSWORD);
    }

    Connection connectorJ(String database, String options) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mysql://127.0.0.1:" + port() + "/" + database + "?allowPublicKeyRetrieval=true&" + options,
                EmbeddedMariaDb.USER,
                EmbeddedMariaDb.PASSWORD);
    }

    @Override
    public void close() {
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Holds what begins with ALTER or names the gateway, in any statement of the text. */
    static final class WordScreen implements StatementScreen {
        @Override
        public Interest look(byte[] text, int length, LexicalRules rules, boolean ambiguous) {
            String sql = new String(text, 0, length, java.nio.charset.StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
            if (sql.startsWith("LOAD DATA")) {
                return Interest.BULK_WRITE;
            }
            return sql.contains("ALTER TABLE") || sql.contains("SLUICE") ? Interest.JUDGE : Interest.NONE;
        }

        @Override
        public boolean isForGateway(String sql, LexicalRules rules) {
            return sql.toUpperCase(Locale.ROOT).startsWith("SHOW SLUICE");
        }
    }
}
