package dev.sluice.proxy.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.TestPostgres;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RehearsalTest {

    private static int playedBeforeItsOwnServer(Rehearsal rehearsal) throws Exception {
        try (rehearsal) {
            InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), rehearsal.port());
            return rehearsal.play(server, 2, Duration.ofSeconds(Patience.SECONDS));
        }
    }

    @Test
    void postgresSessionsAreSaidToTheirEnd() throws Exception {
        assertThat(playedBeforeItsOwnServer(new PostgresRehearsal())).isEqualTo(2 * Rehearsal.CLIENTS);
    }

    @Test
    void mySqlSessionsAreSaidToTheirEnd() throws Exception {
        assertThat(playedBeforeItsOwnServer(new MySqlRehearsal())).isEqualTo(2 * Rehearsal.CLIENTS);
    }

    @Test
    void schemaChangesAreAllAnsweredWhereThereIsNoGatewayBetweenToo() throws Exception {
        String upstream = TestPostgres.url(TestPostgres.newDatabase()) + "?user=postgres";
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), TestPostgres.port());
        try (MigrationRehearsal rehearsal = new MigrationRehearsal(upstream, () -> {})) {
            assertThat(rehearsal.play(server, Duration.ofSeconds(Patience.SECONDS)))
                    .isEqualTo(MigrationRehearsal.ANSWERS);
        }
    }
}
