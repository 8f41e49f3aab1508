package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.mysql.TestDatabase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@Tag("integration")
@EnabledIfEnvironmentVariable(named = "SLUICE_TEST_MYSQL_URL", matches = ".+", disabledReason = "no server is named")
class MySqlCrashOnServerTest extends MySqlCrashTest {
    MySqlCrashOnServerTest() {
        super(TestDatabase.mysql().orElseThrow());
    }
}
