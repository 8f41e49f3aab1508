package dev.sluice.proxy.mysql;

class MariaDbSessionCommandsTest extends SessionCommandsTest {
    MariaDbSessionCommandsTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
