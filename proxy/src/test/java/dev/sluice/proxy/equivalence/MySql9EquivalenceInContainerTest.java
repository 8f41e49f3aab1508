package dev.sluice.proxy.equivalence;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = "dev.sluice.proxy.testing.MySqlContainer#dockerIsPresent", disabledReason = "there is no Docker")
class MySql9EquivalenceInContainerTest extends ContainerEquivalenceTest {
    MySql9EquivalenceInContainerTest() {
        super("mysql:9");
    }
}
