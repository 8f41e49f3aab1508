package dev.sluice.proxy.gateway;

import dev.sluice.proxy.mysql.TestDatabase;

class MariaDbSessionStateTest extends MySqlSessionStateTest {
    MariaDbSessionStateTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
