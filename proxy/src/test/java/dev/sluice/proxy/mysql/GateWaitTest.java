package dev.sluice.proxy.mysql;

import static dev.sluice.proxy.mysql.WireConversation.command;
import static dev.sluice.proxy.mysql.WireConversation.ok;
import static dev.sluice.proxy.mysql.WireConversation.packet;
import static dev.sluice.proxy.mysql.WireConversation.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.protocol.mysql.Command;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.Gate;
import dev.sluice.proxy.testing.Forwarding;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a closed gate keeps, and what it does not. */
class GateWaitTest {

    private static final Interceptor FORWARDS = new Forwarding();
    private static final Duration LONG = Duration.ofHours(1);
    private static final String READ = "SELECT a FROM t";

    private WireConversation wire;

    @BeforeEach
    void logIn() {
        wire = new WireConversation(FORWARDS, 0);
        wire.logIn();
        wire.atServer();
        wire.atClient();
    }

    @AfterEach
    void close() {
        wire.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {Command.QUERY, Command.STMT_PREPARE})
    void whoWouldBeginSomethingWaitsUntilItIsOpened(int command) {
        Gate.Closing closing = wire.gate.close(LONG);
        wire.fromClient(command(command, READ));
        assertThat(wire.atServer()).isEmpty();

        closing.close();
        wire.settle();

        assertThat(wire.atServer()).contains(hex(READ));
    }

    @Test
    void aPreparedStatementWaitsToo() {
        try (Gate.Closing closing = wire.gate.close(LONG)) {
            wire.fromClient(packet(0, Command.STMT_EXECUTE, 1, 0, 0, 0, 0, 1, 0, 0, 0));
            assertThat(wire.atServer()).isEmpty();
        }
        wire.settle();
        assertThat(wire.atServer()).isNotEmpty();
    }

    @Test
    void aTransactionGoesOn() {
        wire.fromClient(command(Command.QUERY, "BEGIN"));
        wire.fromServer(packet(1, 0, 0, 0, 3, 0, 0, 0));
        try (Gate.Closing closing = wire.gate.close(LONG)) {
            wire.fromClient(command(Command.QUERY, READ));

            assertThat(wire.atServer()).contains(hex(READ));
        }
    }

    @Test
    void whatIsSentBehindABeginIsInItsTransaction() {
        wire.fromClient(command(Command.QUERY, "BEGIN"));
        try (Gate.Closing closing = wire.gate.close(LONG)) {
            wire.fromClient(command(Command.QUERY, READ));
            assertThat(wire.atServer()).doesNotContain(hex(READ));

            wire.fromServer(packet(1, 0, 0, 0, 3, 0, 0, 0));
            wire.settle();

            assertThat(wire.atServer()).contains(hex(READ));
        }
    }

    @Test
    void theNextCommandWaitsOnceTheTransactionIsOver() {
        wire.fromClient(command(Command.QUERY, "BEGIN"));
        wire.fromServer(packet(1, 0, 0, 0, 3, 0, 0, 0));
        try (Gate.Closing closing = wire.gate.close(LONG)) {
            wire.fromClient(command(Command.QUERY, "COMMIT"));
            wire.fromServer(ok(1));
            wire.atServer();
            wire.fromClient(command(Command.QUERY, READ));

            assertThat(wire.atServer()).isEmpty();
        }
    }

    @Test
    void whatUsesNoTablePasses() {
        try (Gate.Closing closing = wire.gate.close(LONG)) {
            wire.fromClient(packet(0, Command.STATISTICS));

            assertThat(wire.atServer()).isNotEmpty();
        }
    }

    @Test
    void itOpensByItself() {
        try (Gate.Closing closing = wire.gate.close(Duration.ofMillis(30))) {
            wire.fromClient(command(Command.QUERY, READ));

            Awaitility.await().until(() -> {
                wire.settle();
                return wire.atServer().contains(hex(READ));
            });
        }
    }

    @Test
    void whoeverElseHasClosedItKeepsItClosed() {
        Gate.Closing other = wire.gate.close(LONG);
        Gate.Closing closing = wire.gate.close(LONG);
        wire.fromClient(command(Command.QUERY, READ));
        closing.close();
        wire.settle();
        assertThat(wire.atServer()).isEmpty();

        other.close();
        wire.settle();

        assertThat(wire.atServer()).contains(hex(READ));
    }

    @Test
    void aTurnThatComesLateReleasesNothingElse() {
        Gate.Closing first = wire.gate.close(Duration.ofMillis(30));
        wire.fromClient(command(Command.QUERY, READ));
        first.close();
        wire.settle();
        wire.fromServer(result(1));
        wire.atServer();
        try (Gate.Closing second = wire.gate.close(LONG)) {
            wire.fromClient(command(Command.QUERY, READ));
            Awaitility.await().during(Duration.ofMillis(60)).until(() -> {
                wire.settle();
                return wire.atServer().isEmpty();
            });
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
