package dev.sluice.proxy.migration;

import dev.sluice.proxy.testing.TestServer;

/** On the newest server. */
class LedgerMigrationsOnNewestPostgresTest extends LedgerMigrationsTest {

    LedgerMigrationsOnNewestPostgresTest() {
        super(TestServer.newest());
    }
}
