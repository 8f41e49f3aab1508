package dev.sluice.proxy.equivalence;

import dev.sluice.proxy.mysql.TestDatabase;
import org.junit.jupiter.api.Tag;

@Tag("integration")
class MariaDbEquivalenceOnServerTest extends MySqlEquivalenceTest {
    MariaDbEquivalenceOnServerTest() {
        super(TestDatabase.embeddedMariaDb());
    }
}
