package dev.sluice.proxy.gateway;

import dev.sluice.proxy.mysql.TestDatabase;

class MariaDbLockTest extends MySqlLockTest {
    MariaDbLockTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
