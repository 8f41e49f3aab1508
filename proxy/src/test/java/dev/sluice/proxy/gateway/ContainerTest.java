package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A server as people run it: the official image, with passwords. Skipped where there is no container engine. */
@Tag("integration")
class ContainerTest {

    private static final PostgreSQLContainer CONTAINER =
            new PostgreSQLContainer("postgres:18").withUsername("postgres").withPassword("correct horse");

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "no container engine");
        try {
            CONTAINER.start();
        } catch (ContainerFetchException e) {
            Assumptions.abort("the image cannot be had: " + e.getMessage());
        }
    }

    @AfterAll
    static void stop() {
        CONTAINER.stop();
    }

    @Test
    void aColumnIsAddedOnlineByAClientThatLogsInWithAPassword() throws SQLException {
        TestServer server = TestServer.at(CONTAINER.getHost(), CONTAINER.getFirstMappedPort(), CONTAINER.getPassword());
        String database = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY)",
                "INSERT INTO orders SELECT generate_series(1, 1000)");
        try (GatewayFixture gateway =
                        GatewayFixture.start(server, database, Policy.DEFAULTS, GatewayFixture.settings());
                Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            statement.execute("ALTER TABLE orders ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE");

            assertThat(server.text(database, "SELECT count(DISTINCT ref) FROM orders"))
                    .isEqualTo("1000");
            assertThatThrownBy(() -> DriverManager.getConnection(gateway.url(), "postgres", "wrong"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        }
    }
}
