package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.mysql.TestDatabase;
import org.junit.jupiter.api.Tag;

@Tag("integration")
class MariaDbCrashOnServerTest extends MySqlCrashTest {
    MariaDbCrashOnServerTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
