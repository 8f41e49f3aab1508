package dev.sluice.proxy.equivalence;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The versions that the embedded server is not. */
@Tag("integration")
@EnabledIf(value = "dev.sluice.proxy.testing.MySqlContainer#dockerIsPresent", disabledReason = "there is no Docker")
@ParameterizedClass
@ValueSource(strings = {"mysql:8.4", "mysql:9", "mariadb:11"})
class MySqlEquivalenceInContainersTest extends MySqlEquivalenceTest {

    private static @Nullable MySqlContainer container;

    MySqlEquivalenceInContainersTest(String image) {
        super(started(image));
    }

    private static TestDatabase started(String image) {
        MySqlContainer started = new MySqlContainer(image);
        container = started;
        return started.database();
    }

    @AfterAll
    static void remove() {
        if (container != null) {
            container.close();
        }
    }
}
