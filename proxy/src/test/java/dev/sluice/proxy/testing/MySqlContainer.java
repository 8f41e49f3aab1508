package dev.sluice.proxy.testing;

import dev.sluice.proxy.mysql.EmbeddedMariaDb;
import dev.sluice.proxy.mysql.TestDatabase;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** A MySQL or MariaDB server of an official image, where Docker is present. */
public final class MySqlContainer implements AutoCloseable {

    private static final int PORT = 3306;
    private static final String ROOT_PASSWORD = "root";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final GenericContainer<?> container;
    private final TestDatabase database;

    /** @param image {@code mysql:8.4}, {@code mariadb:11} */
    public MySqlContainer(String image) {
        container = new GenericContainer<>(DockerImageName.parse(image))
                .withEnv("MYSQL_ROOT_PASSWORD", ROOT_PASSWORD)
                .withEnv("MARIADB_ROOT_PASSWORD", ROOT_PASSWORD)
                .withExposedPorts(PORT);
        try {
            container.start();
        } catch (ContainerFetchException e) {
            Assumptions.abort("the image cannot be had: " + e.getMessage());
        }
        database = new TestDatabase(
                new InetSocketAddress(container.getHost(), container.getMappedPort(PORT)), image.startsWith("mariadb"));
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(this::userIsMade);
    }

    /** For conditions of tests. */
    public static boolean dockerIsPresent() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    public TestDatabase database() {
        return database;
    }

    /** The image lets nobody in over the network before it has set itself up. */
    private boolean userIsMade() throws SQLException {
        String url = "jdbc:mariadb://" + database.address().getHostString() + ":"
                + database.address().getPort() + "/?allowPublicKeyRetrieval=true";
        try (Connection connection = DriverManager.getConnection(url, "root", ROOT_PASSWORD);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE USER IF NOT EXISTS '" + EmbeddedMariaDb.USER + "'@'%' IDENTIFIED BY '"
                    + EmbeddedMariaDb.PASSWORD + "'");
            statement.execute("GRANT ALL ON *.* TO '" + EmbeddedMariaDb.USER + "'@'%' WITH GRANT OPTION");
            return true;
        }
    }

    @Override
    public void close() {
        container.stop();
    }
}
