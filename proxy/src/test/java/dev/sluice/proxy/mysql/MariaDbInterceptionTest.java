package dev.sluice.proxy.mysql;

import org.junit.jupiter.api.Tag;

@Tag("integration")
class MariaDbInterceptionTest extends InterceptionTest {
    MariaDbInterceptionTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
