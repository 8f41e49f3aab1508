package dev.sluice.proxy.catalog;

import dev.sluice.proxy.testing.TestServer;

/** On an older server. */
class PostgresFactsReaderOnOldPostgresTest extends PostgresFactsReaderTest {

    PostgresFactsReaderOnOldPostgresTest() {
        super(TestServer.old());
    }
}
