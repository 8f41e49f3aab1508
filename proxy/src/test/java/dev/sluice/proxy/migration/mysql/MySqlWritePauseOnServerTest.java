package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.mysql.TestDatabase;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("integration")
class MySqlWritePauseOnServerTest extends WritePauseTest {
    MySqlWritePauseOnServerTest() {
        super(TestDatabase.mysql().orElseThrow());
    }

    @BeforeAll
    static void aServerIsNamed() {
        Assumptions.assumeTrue(TestDatabase.mysql().isPresent(), "SLUICE_TEST_MYSQL_URL is not set");
    }
}
