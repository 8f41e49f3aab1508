package dev.sluice.proxy.gateway;

import dev.sluice.proxy.mysql.TestDatabase;

class MariaDbSmugglingTest extends MySqlSmugglingTest {
    MariaDbSmugglingTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
