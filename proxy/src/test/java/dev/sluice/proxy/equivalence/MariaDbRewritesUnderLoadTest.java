package dev.sluice.proxy.equivalence;

import dev.sluice.proxy.mysql.TestDatabase;

class MariaDbRewritesUnderLoadTest extends MySqlRewritesUnderLoadTest {
    MariaDbRewritesUnderLoadTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
