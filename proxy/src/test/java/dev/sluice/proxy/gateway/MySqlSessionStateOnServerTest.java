package dev.sluice.proxy.gateway;

import dev.sluice.proxy.mysql.TestDatabase;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(named = "SLUICE_TEST_MYSQL_URL", matches = ".+")
class MySqlSessionStateOnServerTest extends MySqlSessionStateTest {
    MySqlSessionStateOnServerTest() {
        super(TestDatabase.mysql().orElseThrow());
    }
}
