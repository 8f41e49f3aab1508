package dev.sluice.proxy.gateway;

import dev.sluice.proxy.mysql.TestDatabase;

class MariaDbNewTableTest extends MySqlNewTableTest {
    MariaDbNewTableTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
