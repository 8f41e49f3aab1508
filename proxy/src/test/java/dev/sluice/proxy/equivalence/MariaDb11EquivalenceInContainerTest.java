package dev.sluice.proxy.equivalence;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = "dev.sluice.proxy.testing.MySqlContainer#dockerIsPresent", disabledReason = "there is no Docker")
class MariaDb11EquivalenceInContainerTest extends ContainerEquivalenceTest {
    MariaDb11EquivalenceInContainerTest() {
        super("mariadb:11");
    }
}
