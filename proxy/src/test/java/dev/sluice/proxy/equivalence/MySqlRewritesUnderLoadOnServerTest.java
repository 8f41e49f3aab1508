package dev.sluice.proxy.equivalence;

import dev.sluice.proxy.mysql.TestDatabase;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(named = "SLUICE_TEST_MYSQL_URL", matches = ".+")
class MySqlRewritesUnderLoadOnServerTest extends MySqlRewritesUnderLoadTest {
    MySqlRewritesUnderLoadOnServerTest() {
        super(TestDatabase.mysql().orElseThrow());
    }
}
