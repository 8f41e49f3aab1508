package dev.sluice.proxy.gateway;

import dev.sluice.proxy.mysql.TestDatabase;
import org.junit.jupiter.api.Tag;

@Tag("integration")
class MariaDbClientsOnServerTest extends MySqlClientsTest {
    MariaDbClientsOnServerTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
