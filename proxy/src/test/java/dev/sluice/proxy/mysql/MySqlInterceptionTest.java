package dev.sluice.proxy.mysql;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("integration")
class MySqlInterceptionTest extends InterceptionTest {
    MySqlInterceptionTest() {
        super(TestDatabase.mysql().orElseThrow());
    }

    @BeforeAll
    static void aServerIsNamed() {
        Assumptions.assumeTrue(TestDatabase.mysql().isPresent(), "SLUICE_TEST_MYSQL_URL is not set");
    }
}
