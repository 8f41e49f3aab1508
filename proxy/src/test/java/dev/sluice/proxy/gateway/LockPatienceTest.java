package dev.sluice.proxy.gateway;

import static dev.sluice.proxy.testing.Sql.execute;
import static dev.sluice.proxy.testing.Sql.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.proxy.testing.GatewayFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** A session that holds the table for longer than a schema change has patience. */
@Tag("integration")
class LockPatienceTest {

    private final GatewayFixture gateway = GatewayFixture.start();

    @BeforeEach
    void table() throws SQLException {
        try (Connection direct = gateway.direct()) {
            execute(
                    direct,
                    "CREATE TABLE orders (id bigint PRIMARY KEY)",
                    "INSERT INTO orders SELECT generate_series(1, 100)");
        }
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE orders ADD COLUMN note text",
                "ALTER TABLE orders ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid()"
            })
    void endsInAnErrorThatNamesItWhileNobodyElseWaits(String sql) throws Exception {
        try (Connection holder = gateway.direct();
                Connection reader = gateway.connect();
                Connection client = gateway.connect()) {
            execute(holder, "SET application_name = 'monthly report'");
            holder.setAutoCommit(false);
            execute(holder, "SELECT count(*) FROM orders");
            execute(client, "SET lock_timeout = '17min'");
            // Whoever stood behind the ALTER for as long as that has patience would fail.
            execute(reader, "SET lock_timeout = '2s'");

            CompletableFuture<Optional<PSQLException>> change =
                    CompletableFuture.supplyAsync(() -> failure(client, sql), Thread::startVirtualThread);
            long read = 0;
            while (!change.isDone()) {
                execute(reader, "SELECT count(*) FROM orders", "INSERT INTO orders VALUES (" + (1_000 + read++) + ")");
            }

            PSQLException error = change.get().orElseThrow();
            assertThat(error.getSQLState()).isEqualTo("55P03");
            ServerErrorMessage said = Objects.requireNonNull(error.getServerErrorMessage());
            assertThat(said.getDetail())
                    .contains("pid " + holder.unwrap(PGConnection.class).getBackendPID() + " (monthly report, ")
                    .contains("SELECT count(*) FROM orders");
            assertThat(said.getHint()).contains("Nothing has been changed.");
            assertThat(read).isPositive();
            assertThat(text(client, "SHOW lock_timeout")).isEqualTo("17min");
            assertThat(text(reader, "SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders'"))
                    .isEqualTo("1");
            assertThat(gateway.migrations().list(gateway.ref())).isEmpty();
        }
    }

    private static Optional<PSQLException> failure(Connection client, String sql) {
        return Optional.ofNullable(catchThrowableOfType(PSQLException.class, () -> execute(client, sql)));
    }
}
