package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.mysql.MortalServer;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** On a MySQL server of its own, of which {@code SLUICE_TEST_MYSQLD} names the program: it is killed. */
@EnabledIfEnvironmentVariable(named = "SLUICE_TEST_MYSQLD", matches = ".+")
class MySqlRestartOnServerTest extends MySqlRestartTest {
    @Override
    MortalServer start() throws Exception {
        return MortalServer.mysql(Path.of(System.getenv("SLUICE_TEST_MYSQLD")));
    }
}
