package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.testing.GatewayFixture;
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
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flyway and Liquibase run their migrations through the gateway unchanged, in their own transactions. */
@Tag("integration")
class MigrationToolsTest {

    @TempDir
    Path folder;

    private final GatewayFixture gateway = GatewayFixture.start();

    @BeforeEach
    void fill() throws SQLException {
        try (Connection direct = gateway.direct();
                Statement statement = direct.createStatement()) {
            statement.execute("CREATE TABLE orders (id bigint PRIMARY KEY, note text)");
            statement.execute("INSERT INTO orders SELECT g, 'n' || g FROM generate_series(1, 2000) g");
        }
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void flywayMigratesThroughTheGateway() throws Exception {
        write("V1__customers.sql", "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL);");
        write(
                "V2__token.sql",
                "ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();\n"
                        + "ALTER TABLE orders ALTER COLUMN token DROP DEFAULT;\n"
                        + "INSERT INTO customers VALUES (1, 'a@example.test');");
        write("V3__index.sql", "CREATE INDEX orders_note ON orders (note);");
        write("V3__index.sql.conf", "executeInTransaction=true");

        Flyway flyway = Flyway.configure()
                .dataSource(gateway.url(), "postgres", "")
                .locations("filesystem:" + folder)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load();
        assertThat(flyway.migrate().migrationsExecuted).isEqualTo(3);

        assertThat(number("SELECT count(DISTINCT token) FROM orders")).isEqualTo(2000);
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                number("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                                        + " WHERE c.relname = 'orders_note' AND i.indisvalid"))
                        .isEqualTo(1));
        assertThat(flyway.validateWithResult().validationSuccessful).isTrue();
    }

    @Test
    void liquibaseMigratesThroughTheGateway() throws Exception {
        write("changes.sql", """
                --liquibase formatted sql
                --changeset anna:1
                ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();
                --changeset anna:2
                CREATE INDEX orders_note ON orders (note);
                --changeset anna:3
                ALTER TABLE orders ADD CONSTRAINT note_present CHECK (note <> '');
                """);
        try (Connection connection = gateway.connect();
                Liquibase liquibase = new Liquibase(
                        "changes.sql",
                        new DirectoryResourceAccessor(folder),
                        DatabaseFactory.getInstance()
                                .findCorrectDatabaseImplementation(new JdbcConnection(connection)))) {
            liquibase.update(new Contexts());
        }

        assertThat(number("SELECT count(DISTINCT token) FROM orders")).isEqualTo(2000);
        assertThat(number("SELECT count(*) FROM pg_constraint WHERE conname = 'note_present' AND convalidated"))
                .isEqualTo(1);
        assertThat(number("SELECT count(*) FROM databasechangelog")).isEqualTo(3);
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }

    private long number(String sql) throws SQLException {
        try (Connection direct = gateway.direct()) {
            return Sql.number(direct, sql);
        }
    }
}
