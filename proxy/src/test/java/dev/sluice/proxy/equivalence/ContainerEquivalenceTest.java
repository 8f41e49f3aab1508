package dev.sluice.proxy.equivalence;

import dev.sluice.proxy.testing.MySqlContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/** A version that the embedded server is not, from an official image; a class each, since each has its own server. */
@Tag("integration")
abstract class ContainerEquivalenceTest extends MySqlEquivalenceTest {

    private final MySqlContainer container;

    ContainerEquivalenceTest(String image) {
        this(new MySqlContainer(image));
    }

    private ContainerEquivalenceTest(MySqlContainer container) {
        super(container.database());
        this.container = container;
    }

    @AfterAll
    void remove() {
        container.close();
    }
}
