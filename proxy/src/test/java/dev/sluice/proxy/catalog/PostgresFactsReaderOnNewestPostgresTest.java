package dev.sluice.proxy.catalog;

import dev.sluice.proxy.testing.TestServer;

/** On the newest server. */
class PostgresFactsReaderOnNewestPostgresTest extends PostgresFactsReaderTest {

    PostgresFactsReaderOnNewestPostgresTest() {
        super(TestServer.newest());
    }
}
