package dev.sluice.proxy.mysql;

import org.junit.jupiter.api.Tag;

@Tag("integration")
class MariaDbRelayTest extends RelayTest {
    MariaDbRelayTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
