package dev.sluice.proxy.gateway;

import dev.sluice.proxy.mysql.TestDatabase;

class MariaDbApprovalsTest extends MySqlApprovalsTest {
    MariaDbApprovalsTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
