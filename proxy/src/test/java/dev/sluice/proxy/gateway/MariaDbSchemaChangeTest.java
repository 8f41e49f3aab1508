package dev.sluice.proxy.gateway;

import dev.sluice.proxy.mysql.TestDatabase;

class MariaDbSchemaChangeTest extends MySqlSchemaChangeTest {
    MariaDbSchemaChangeTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
