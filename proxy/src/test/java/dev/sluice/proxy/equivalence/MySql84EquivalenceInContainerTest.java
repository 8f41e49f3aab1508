package dev.sluice.proxy.equivalence;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = "dev.sluice.proxy.testing.MySqlContainer#dockerIsPresent", disabledReason = "there is no Docker")
class MySql84EquivalenceInContainerTest extends ContainerEquivalenceTest {
    MySql84EquivalenceInContainerTest() {
        super("mysql:8.4");
    }
}
