package dev.sluice.proxy.gateway;

import dev.sluice.proxy.mysql.TestDatabase;

class MariaDbPreparedTest extends MySqlPreparedTest {
    MariaDbPreparedTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
