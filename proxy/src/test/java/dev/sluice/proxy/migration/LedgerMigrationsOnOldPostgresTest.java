package dev.sluice.proxy.migration;

import dev.sluice.proxy.testing.TestServer;

/** On an older server. */
class LedgerMigrationsOnOldPostgresTest extends LedgerMigrationsTest {

    LedgerMigrationsOnOldPostgresTest() {
        super(TestServer.old());
    }
}
