package dev.sluice.proxy.backfill;

import dev.sluice.proxy.mysql.TestDatabase;
import org.junit.jupiter.api.Tag;

@Tag("integration")
class MariaDbBackfillTest extends MySqlBackfillTest {
    MariaDbBackfillTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
