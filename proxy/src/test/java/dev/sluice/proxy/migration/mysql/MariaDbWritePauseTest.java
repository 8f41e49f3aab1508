package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.mysql.TestDatabase;
import org.junit.jupiter.api.Tag;

@Tag("integration")
class MariaDbWritePauseTest extends WritePauseTest {
    MariaDbWritePauseTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
