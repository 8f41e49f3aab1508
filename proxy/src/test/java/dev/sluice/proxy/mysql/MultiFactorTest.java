package dev.sluice.proxy.mysql;

import static dev.sluice.proxy.testing.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.jdbc.JdbcConnection;
import dev.sluice.proxy.intercept.Ruling;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logins of several factors, as MySQL has them since 8.0.27, of which the relay sees packets and nothing else. */
class MultiFactorTest {

    private static final String ALTER = "ALTER TABLE t ADD COLUMN c INT";

    private final TestDatabase database = TestDatabase.embeddedMariaDb();
    private final List<String> judged = Collections.synchronizedList(new ArrayList<>());
    private FactorServer server;
    private TestGateway gateway;
    private String schema;

    @BeforeEach
    void start() throws IOException, SQLException {
        schema = database.newDatabase();
        database.execute(schema, "CREATE TABLE t (a INT)");
        server = new FactorServer(database.address(), List.of("second", "third"));
        gateway = TestGateway.with(server.address(), (session, sql) -> {
            judged.add(session.info().user() + ": " + sql);
            return new Ruling.Forward();
        });
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        server.close();
    }

    @Test
    void theFurtherFactorsAreRelayedAndTheSessionIsJudgedBehindThem() throws SQLException {
        try (Connection client = gateway.connectorJ(schema, "password2=second&password3=third")) {
            execute(client, ALTER);
            execute(client, "SELECT c FROM t");
        }
        assertThat(judged).containsExactly("lab: " + ALTER);
    }

    @ParameterizedTest
    @CsvSource({"second,wrong", "wrong,third"})
    void aFurtherFactorThatIsWrongIsToldByTheServer(String second, String third) {
        String passwords = "password2=" + second + "&password3=" + third;
        assertThatThrownBy(() -> gateway.connectorJ(schema, passwords))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1045))
                .hasMessageContaining("A further password is wrong");
    }

    @Test
    void aChangeOfUserAsksForTheFactorsAgain() throws SQLException {
        database.execute(
                "mysql", "CREATE OR REPLACE USER factors IDENTIFIED BY 'factors'", "GRANT ALL ON *.* TO factors");
        try (Connection client = gateway.connectorJ(schema, "password2=second&password3=third")) {
            client.unwrap(JdbcConnection.class).changeUser("factors", "factors");
            execute(client, ALTER);
        }
        assertThat(judged).containsExactly("factors: " + ALTER);
    }
}
