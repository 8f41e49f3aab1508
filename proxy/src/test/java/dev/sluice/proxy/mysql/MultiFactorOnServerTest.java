package dev.sluice.proxy.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.protocol.AuthenticationPlugin;
import com.mysql.cj.protocol.a.NativePacketPayload;
import dev.sluice.proxy.testing.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Logins of two factors on a MySQL, whose second is that of its own test suite: {@code auth_test_plugin.so} must be among
 * the server's plugins (Debian's package is {@code mysql-testsuite}), or this is skipped.
 */
@EnabledIfEnvironmentVariable(named = "SLUICE_TEST_MYSQL_URL", matches = ".+")
class MultiFactorOnServerTest {

    private final TestDatabase database = TestDatabase.mysql().orElseThrow();
    private TestGateway gateway;
    private String policy = "";

    /** The client's half of the server's test plugin: it sends the password as it is. */
    public static final class TestPlugin implements AuthenticationPlugin<NativePacketPayload> {

        private String password = "";

        @Override
        public String getProtocolPluginName() {
            return "auth_test_plugin";
        }

        @Override
        public boolean requiresConfidentiality() {
            return false;
        }

        @Override
        public boolean isReusable() {
            return false;
        }

        @Override
        public void setAuthenticationParameters(String user, String secret) {
            password = secret == null ? "" : secret;
        }

        @Override
        public boolean nextAuthenticationStep(NativePacketPayload fromServer, List<NativePacketPayload> toServer) {
            toServer.clear();
            toServer.add(new NativePacketPayload((password + "\0").getBytes(StandardCharsets.UTF_8)));
            return true;
        }
    }

    @BeforeEach
    void start() throws SQLException {
        gateway = TestGateway.relayTo(database.address());
        try (Connection direct = database.connect("mysql")) {
            policy = Sql.text(direct, "SELECT @@global.authentication_policy");
            Assumptions.assumeTrue(installed(direct), "the server has no auth_test_plugin.so");
            Sql.execute(
                    direct,
                    "SET GLOBAL authentication_policy = '*,*,*'",
                    "DROP USER IF EXISTS two_factors",
                    "CREATE USER two_factors IDENTIFIED WITH caching_sha2_password BY 'first'"
                            // The test suite's plugin takes the password for the name to go by.
                            + " AND IDENTIFIED WITH test_plugin_server AS 'two_factors'");
        }
    }

    private static boolean installed(Connection direct) {
        try {
            String sql = "SELECT count(*) FROM information_schema.plugins WHERE plugin_name = 'test_plugin_server'";
            if (Sql.number(direct, sql) == 0) {
                Sql.execute(direct, "INSTALL PLUGIN test_plugin_server SONAME 'auth_test_plugin.so'");
            }
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    @AfterEach
    void stop() throws SQLException {
        gateway.close();
        database.execute("mysql", "SET GLOBAL authentication_policy = '" + policy + "'");
        database.execute("mysql", "DROP USER IF EXISTS two_factors");
    }

    private Connection logIn(String first, String second) throws SQLException {
        String url = "jdbc:mysql://127.0.0.1:" + gateway.port() + "/?allowPublicKeyRetrieval=true&password2=" + second
                + "&authenticationPlugins=" + TestPlugin.class.getName();
        return DriverManager.getConnection(url, "two_factors", first);
    }

    @Test
    void bothFactorsAreRelayed() throws SQLException {
        for (int i = 0; i < 2; i++) { // the second time, the server has the first password in its cache
            try (Connection client = logIn("first", "two_factors");
                    Statement statement = client.createStatement();
                    ResultSet row = statement.executeQuery("SELECT SUBSTRING_INDEX(USER(), '@', 1)")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("two_factors");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"first,wrong", "wrong,two_factors"})
    void aWrongPasswordOfEitherIsRefusedByTheServer(String first, String second) {
        assertThatThrownBy(() -> logIn(first, second))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1045));
    }
}
