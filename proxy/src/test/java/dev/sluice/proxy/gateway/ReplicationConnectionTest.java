package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.Sql;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** A connection for replication: its own commands pass as they are, SQL is judged as everywhere. */
@Tag("integration")
class ReplicationConnectionTest {

    private static final String OPTIONS =
            "replication=database&preferQueryMode=simple&assumeMinServerVersion=12&autosave=never";

    private static final String COLUMNS = "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute"
            + " WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped";

    private final GatewayFixture gateway = GatewayFixture.start();
    private Connection client;

    @BeforeEach
    void fill() throws SQLException {
        try (Connection direct = gateway.direct();
                Statement statement = direct.createStatement()) {
            statement.execute("CREATE TABLE orders (id int PRIMARY KEY)");
            statement.execute("INSERT INTO orders VALUES (1)");
            statement.execute("CREATE FUNCTION alters() RETURNS void LANGUAGE plpgsql"
                    + " AS $$ BEGIN ALTER TABLE orders ADD COLUMN unseen int; END $$");
            statement.execute("CREATE FUNCTION harmless() RETURNS int LANGUAGE sql AS 'SELECT 7'");
        }
        client = gateway.connect("postgres", OPTIONS);
    }

    @AfterEach
    void close() throws SQLException {
        client.close();
        gateway.close();
    }

    @Test
    void replicationCommandsAndQueriesPass() throws SQLException {
        String timeline;
        try (Statement statement = client.createStatement()) {
            try (ResultSet system = statement.executeQuery("IDENTIFY_SYSTEM")) {
                assertThat(system.next()).isTrue();
                timeline = system.getString("timeline");
                assertThat(system.getString("dbname")).isEqualTo(gateway.database());
            }
            statement.execute("CREATE_REPLICATION_SLOT of_a_test TEMPORARY PHYSICAL RESERVE_WAL");
            statement.execute(" SHOW wal_level");
            statement.execute("DROP_REPLICATION_SLOT of_a_test");
        }
        assertThat(timeline).isEqualTo("1");
        assertThat(Sql.text(client, "SELECT count(*) FROM orders")).isEqualTo("1");
        assertThat(Sql.text(client, "SELECT harmless()")).isEqualTo("7");
    }

    @Test
    void walIsStreamed() throws SQLException {
        LogSequenceNumber start = LogSequenceNumber.valueOf(Sql.text(client, "SELECT pg_current_wal_lsn()"));
        PGReplicationStream stream = client.unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .physical()
                .withStartPosition(start)
                .start();
        try (Connection direct = gateway.direct();
                Statement statement = direct.createStatement()) {
            statement.execute("INSERT INTO orders SELECT g FROM generate_series(2, 5000) g");
        }
        ByteBuffer piece = Objects.requireNonNull(stream.read());
        assertThat(piece.remaining()).isPositive();
        stream.close();
        assertThat(Sql.text(client, "SELECT count(*) FROM orders")).isEqualTo("5000");
    }

    @Test
    void aSchemaChangeEndsAsItDoesElsewhere() throws Exception {
        execute("SET lock_timeout = '7s'");
        execute("ALTER TABLE orders ADD COLUMN note text");
        execute("ALTER TABLE orders ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE");
        execute("CREATE INDEX ON orders (note)");

        assertThat(Sql.text(client, "SHOW lock_timeout")).isEqualTo("7s");
        assertThat(Sql.text(client, COLUMNS)).isEqualTo("id,note,ref");
        assertThat(Sql.text(client, "SELECT count(ref) FROM orders")).isEqualTo("1");
        assertThat(Sql.text(client, "SELECT count(*) FROM pg_index WHERE indrelid = 'orders'::regclass"))
                .isEqualTo("3");
        assertThat(Files.readString(gateway.auditFile())).contains("CREATE INDEX ON orders (note)");
    }

    @Test
    void aTransactionIsRolledBackWithItsSchemaChange() throws SQLException {
        client.setAutoCommit(false);
        execute("ALTER TABLE orders ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid()");
        assertThat(Sql.text(client, COLUMNS)).isEqualTo("id,ref");
        client.rollback();
        client.setAutoCommit(true);

        assertUnchanged();
        assertThat(Sql.text(client, "SELECT count(*) FROM sluice.migrations WHERE state <> 'proposed'"))
                .isEqualTo("0");
    }

    @Test
    void whatGatewaysAnswerIsAnswered() throws SQLException {
        try (Statement statement = client.createStatement();
                ResultSet plan = statement.executeQuery(
                        "EXPLAIN (FORMAT JSON) ALTER TABLE orders ADD COLUMN ref uuid DEFAULT gen_random_uuid()")) {
            assertThat(plan.next()).isTrue();
            assertThat(plan.getString(1)).contains("\"phase\"", "\"backfill\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE orders DROP COLUMN id",
                " /* SHOW */ DROP TABLE orders",
                "SELECT 1; DROP TABLE orders",
                "DO $$ BEGIN ALTER TABLE orders ADD COLUMN unseen int; END $$",
                "SELECT alters()",
            })
    void whatIsParkedElsewhereIsParked(String sql) throws SQLException {
        assertThatThrownBy(() -> execute(sql)).hasMessageContaining("approval");
        assertUnchanged();
    }

    /** No command of the server's, and no SQL. */
    @ParameterizedTest
    @ValueSource(strings = {"identify_system; DROP TABLE orders", "SHOWING; DROP TABLE orders"})
    void whatOnlyLooksLikeACommandIsNotTakenForOne(String sql) throws SQLException {
        assertThatThrownBy(() -> execute(sql)).isInstanceOf(SQLException.class);
        assertUnchanged();
    }

    /** Such a connection is in no database; the server refuses whatever is SQL. */
    @Test
    void onOneForPhysicalReplicationTheServersOwnRefusalIsTheAnswer() throws SQLException {
        try (Connection physical = gateway.connect("postgres", OPTIONS.replace("=database", "=true"));
                Statement statement = physical.createStatement()) {
            assertThatThrownBy(() -> statement.execute("DROP TABLE orders"))
                    .hasMessageContaining("for physical replication");
            try (ResultSet system = statement.executeQuery("IDENTIFY_SYSTEM")) {
                assertThat(system.next()).isTrue();
            }
        }
        assertUnchanged();
    }

    /** The server takes these for commands of its own, and finds fault with the rest. */
    @ParameterizedTest
    @ValueSource(strings = {"SHOW wal_level; DROP TABLE orders", "IDENTIFY_SYSTEM; DROP TABLE orders"})
    void whatBeginsAsACommandIsNeverSql(String sql) throws SQLException {
        assertThatThrownBy(() -> execute(sql)).isInstanceOf(SQLException.class);
        assertUnchanged();
    }

    @Test
    void aTransactionIsFailedByWhatIsParked() throws SQLException {
        client.setAutoCommit(false);
        assertThat(Sql.text(client, "SELECT count(*) FROM orders")).isEqualTo("1");
        assertThatThrownBy(() -> execute("DROP TABLE orders")).hasMessageContaining("approval");
        assertThatThrownBy(() -> execute("SELECT 1")).hasMessageContaining("current transaction is aborted");
        client.rollback();
        client.setAutoCommit(true);
        assertUnchanged();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = client.createStatement()) {
            statement.execute(sql);
        }
    }

    private void assertUnchanged() throws SQLException {
        assertThat(Sql.text(client, COLUMNS)).isEqualTo("id");
    }
}
