package dev.sluice.proxy.equivalence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Law 1 on MySQL and MariaDB: whatever the server accepts, run directly on one database and through the gateway on
 * another, leaves the same tables and the same rows. What waits for approval is approved; what the policy refuses is
 * left out.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MySqlEquivalenceTest {

    private static final Corpus CORPUS = Corpus.mysql();
    private static final Pattern REQUEST = Pattern.compile("waits for approval as request (\\d+)");
    private static final Pattern RANDOM =
            Pattern.compile("(?i)uuid|rand\\(|now\\(|current_timestamp|curdate|sysdate|random_bytes|localtime");

    private final TestDatabase server;
    private final MySqlGatewayFixture gateway;

    MySqlEquivalenceTest(TestDatabase server) {
        this.server = server;
        this.gateway = new MySqlGatewayFixture(server);
    }

    static Stream<Corpus.Entry> statements() {
        return Stream.concat(Corpus.mysqlForms().stream(), CORPUS.sample());
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("statements")
    void theEndIsTheSame(Corpus.Entry entry) throws Exception {
        String direct = fixture();
        try (Connection plain = server.connect(direct)) {
            Optional<String> refused = run(plain, sql(entry, direct));
            Assumptions.assumeTrue(refused.isEmpty(), () -> "the server refuses it: " + refused.orElse(""));
        }
        String through = fixture();
        try (Connection client = gateway.connect(through)) {
            Optional<String> refused = through(client, sql(entry, through));
            Assumptions.assumeFalse(
                    refused.filter(r -> r.contains("refused by rule")).isPresent(), "the policy refuses it");
            assertThat(refused).isEmpty();
        }
        boolean random = RANDOM.matcher(entry.sql()).find();
        assertThat(tables(through, random)).isEqualTo(tables(direct, random));
        try (Connection connection = server.connect("mysql")) {
            run(connection, "DROP DATABASE IF EXISTS " + direct);
            run(connection, "DROP DATABASE IF EXISTS " + through);
        }
    }

    private Optional<String> through(Connection client, String sql) throws Exception {
        Optional<String> refused = run(client, sql);
        Matcher request = REQUEST.matcher(refused.orElse(""));
        if (!request.find()) {
            return refused;
        }
        gateway.migrations()
                .command(
                        new DatabaseRef("test", ""),
                        Long.parseLong(request.group(1)),
                        new Migrations.Command.Approve("test"),
                        "olga");
        return run(client, sql);
    }

    private String fixture() throws SQLException {
        String database = server.newDatabase();
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            for (String setup : CORPUS.setup()) {
                statement.execute(setup);
            }
        }
        return database;
    }

    private static String sql(Corpus.Entry entry, String database) {
        return entry.sql().replaceAll("\\bshop\\b", database);
    }

    private static Optional<String> run(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
            while (statement.getMoreResults() || statement.getUpdateCount() != -1) {
                // Each result of the message is looked at, so that an error in one is seen.
            }
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(e.getErrorCode() + " " + e.getMessage());
        }
    }

    /** What each table is and holds; of rows with random values only how many. */
    private Map<String, List<String>> tables(String database, boolean random) throws SQLException {
        Map<String, List<String>> tables = new TreeMap<>();
        try (Connection connection = server.connect("mysql");
                Statement statement = connection.createStatement()) {
            List<String> names = column(
                    statement,
                    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '" + database
                            + "' AND TABLE_TYPE NOT LIKE '%VIEW'");
            for (String name : names) {
                String quoted = "`" + database + "`.`" + name.replace("`", "``") + "`";
                List<String> said = new ArrayList<>();
                try (ResultSet row = statement.executeQuery("SHOW CREATE TABLE " + quoted)) {
                    row.next();
                    said.add(row.getString(2)
                            .replaceAll(" AUTO_INCREMENT=\\d+", "")
                            .replace(database, "shop"));
                }
                said.addAll(
                        random
                                ? column(statement, "SELECT COUNT(*) FROM " + quoted)
                                : rows(statement, "SELECT * FROM " + quoted));
                tables.put(name, said);
            }
        }
        return tables;
    }

    private static List<String> column(Statement statement, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                values.add(row.getString(1));
            }
        }
        return values;
    }

    private static List<String> rows(Statement statement, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(sql)) {
            int columns = row.getMetaData().getColumnCount();
            while (row.next()) {
                StringBuilder text = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    text.append(row.getString(i)).append('|');
                }
                rows.add(text.toString());
            }
        }
        rows.sort(null);
        return rows;
    }
}
