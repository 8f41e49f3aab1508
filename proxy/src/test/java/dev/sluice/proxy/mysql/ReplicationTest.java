package dev.sluice.proxy.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A replica that reads its source's binlog through the gateway. */
@Tag("integration")
class ReplicationTest {

    private static final int MORE_THAN_A_PACKET = 18 << 20;

    @Test
    void aReplicaFollowsItsSourceWhateverTheEventsAreLike() throws Exception {
        AtomicReference<@Nullable TestGateway> gateway = new AtomicReference<>();
        try (MariaDbReplica servers = new MariaDbReplica(source -> {
            TestGateway relay = TestGateway.relayTo(new InetSocketAddress("127.0.0.1", source));
            gateway.set(relay);
            return relay.port();
        })) {
            servers.execute("CREATE TABLE orders (id INT PRIMARY KEY, v LONGTEXT)");
            servers.execute("INSERT INTO orders SELECT seq, 'small' FROM seq_1_to_5000");
            servers.execute("INSERT INTO orders VALUES (0, REPEAT('x', " + MORE_THAN_A_PACKET + "))");
            servers.execute("ALTER TABLE orders ADD COLUMN late INT DEFAULT 7");
            servers.execute("DELETE FROM orders WHERE id > 4000");

            Awaitility.await().ignoreExceptions().until(() -> count(servers) == 4001);

            assertThat(number(servers, "SELECT SUM(LENGTH(v)) + SUM(late) FROM orders"))
                    .isEqualTo(MORE_THAN_A_PACKET + 4000L * "small".length() + 7 * 4001L);
        } finally {
            Optional.ofNullable(gateway.get()).ifPresent(TestGateway::close);
        }
    }

    private static long count(MariaDbReplica servers) throws SQLException {
        return number(servers, "SELECT COUNT(*) FROM orders");
    }

    private static long number(MariaDbReplica servers, String sql) throws SQLException {
        TestDatabase replica = new TestDatabase(new InetSocketAddress("127.0.0.1", servers.replicaPort()), true);
        try (Connection connection = replica.connect("shop");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
