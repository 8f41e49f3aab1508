package dev.sluice.proxy.equivalence;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlContainer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The versions that the embedded server is not; or those that {@code SLUICE_TEST_MYSQL_IMAGES} names, with commas between. */
@Tag("integration")
@EnabledIf(value = "dev.sluice.proxy.testing.MySqlContainer#dockerIsPresent", disabledReason = "there is no Docker")
@ParameterizedClass
@MethodSource("images")
class MySqlEquivalenceInContainersTest extends MySqlEquivalenceTest {

    private static @Nullable MySqlContainer container;

    MySqlEquivalenceInContainersTest(String image) {
        super(started(image));
    }

    static List<String> images() {
        return Optional.ofNullable(System.getenv("SLUICE_TEST_MYSQL_IMAGES"))
                .map(named -> List.of(named.split(",")))
                .orElse(List.of("mysql:8.4", "mysql:9", "mariadb:11"));
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
