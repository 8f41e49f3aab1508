package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import dev.sluice.proxy.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import liquibase.Contexts;
import liquibase.Liquibase;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flyway and Liquibase run their migrations through the gateway unchanged, with their own locks and history tables. */
abstract class MySqlMigrationToolsTest {

    private static final String TOKENS = "SELECT COUNT(DISTINCT token) FROM orders WHERE CHAR_LENGTH(token) = 36";

    @TempDir
    Path folder;

    private final TestDatabase server;
    private final MySqlGatewayFixture gateway;
    private String database;

    MySqlMigrationToolsTest(TestDatabase server) {
        this.server = server;
        this.gateway = new MySqlGatewayFixture(server);
    }

    @BeforeEach
    void fill() throws SQLException {
        database = server.newDatabase();
        try (Connection direct = server.connect(database);
                Statement statement = direct.createStatement()) {
            statement.execute("CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(40))");
            statement.execute("INSERT INTO orders (note) VALUES ('a'), ('b'), ('c'), ('d')");
            for (int rows = 4; rows < 2048; rows *= 2) {
                statement.execute("INSERT INTO orders (note) SELECT note FROM orders");
            }
        }
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void flywayMigratesThroughTheGateway() throws Exception {
        write("V1__customers.sql", "CREATE TABLE customers (id BIGINT PRIMARY KEY, email VARCHAR(100) NOT NULL);");
        write(
                "V2__token.sql",
                "ALTER TABLE orders ADD COLUMN token CHAR(36) NOT NULL DEFAULT (UUID());\n"
                        + "ALTER TABLE orders ALTER COLUMN token DROP DEFAULT;\n"
                        + "INSERT INTO customers VALUES (1, 'a@example.test');");
        write("V3__index.sql", "CREATE INDEX orders_note ON orders (note);");

        Flyway flyway = Flyway.configure()
                .dataSource(url(), "lab", "lab")
                .locations("filesystem:" + folder)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load();
        assertThat(flyway.migrate().migrationsExecuted).isEqualTo(3);

        assertThat(number(TOKENS)).isEqualTo(2048);
        assertThat(number("SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
                        + " AND COLUMN_NAME = 'token' AND COLUMN_DEFAULT IS NULL AND IS_NULLABLE = 'NO'"))
                .isEqualTo(1);
        assertThat(number(indexes("orders_note"))).isEqualTo(1);
        assertThat(flyway.validateWithResult().validationSuccessful).isTrue();
    }

    @Test
    void liquibaseMigratesThroughTheGateway() throws Exception {
        write("changes.sql", """
                --liquibase formatted sql
                --changeset anna:1
                ALTER TABLE orders ADD COLUMN token CHAR(36) NOT NULL DEFAULT (UUID());
                --changeset anna:2
                CREATE INDEX orders_note ON orders (note);
                --changeset anna:3
                ALTER TABLE orders ADD COLUMN priority INT NOT NULL DEFAULT 3, ADD KEY by_priority (priority);
                """);
        try (Connection connection = gateway.connectBy(server.mariaDb() ? "mariadb" : "mysql", database, "");
                Liquibase liquibase = new Liquibase(
                        "changes.sql",
                        new DirectoryResourceAccessor(folder),
                        DatabaseFactory.getInstance()
                                .findCorrectDatabaseImplementation(new JdbcConnection(connection)))) {
            liquibase.update(new Contexts());
        }

        assertThat(number(TOKENS)).isEqualTo(2048);
        assertThat(number("SELECT SUM(priority) FROM orders")).isEqualTo(3 * 2048);
        assertThat(number(indexes("orders_note"))).isEqualTo(1);
        assertThat(number(indexes("by_priority"))).isEqualTo(1);
        assertThat(number("SELECT COUNT(*) FROM DATABASECHANGELOG")).isEqualTo(3);
    }

    private String url() {
        String product = server.mariaDb() ? "mariadb" : "mysql";
        return "jdbc:" + product + "://127.0.0.1:" + gateway.port() + "/" + database + "?allowPublicKeyRetrieval=true";
    }

    private static String indexes(String name) {
        return "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()"
                + " AND INDEX_NAME = '" + name + "'";
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }

    private long number(String sql) throws SQLException {
        try (Connection direct = server.connect(database)) {
            return Sql.number(direct, sql);
        }
    }
}
