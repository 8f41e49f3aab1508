package dev.sluice.proxy.mysql;

import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(named = "SLUICE_TEST_MYSQL_URL", matches = ".+")
class MySqlSessionCommandsOnServerTest extends SessionCommandsTest {
    MySqlSessionCommandsOnServerTest() {
        super(TestDatabase.mysql().orElseThrow());
    }
}
