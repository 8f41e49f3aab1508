package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.ledger.PostgresLedgerScript;
import dev.sluice.proxy.testing.TestServer;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway whose role is no superuser. */
class ModestGatewayTest {

    private final TestServer server = TestServer.newest();
    private final String database = server.newDatabase();
    private final String role = "gateway_" + database;
    private final String owner = "owner_" + database;

    @BeforeEach
    void roles() throws Exception {
        server.execute(
                database,
                "CREATE ROLE " + owner,
                "CREATE ROLE " + role + " LOGIN IN ROLE " + owner,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int)",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, 3000) i",
                "ALTER TABLE orders OWNER TO " + owner,
                "GRANT CREATE ON SCHEMA public TO " + owner);
    }

    private Gateway gateway() {
        ControlUpstream upstream = new ControlUpstream("test", server.url("postgres"), role, "", 8);
        return new Gateway(server, database, Gateway.settings("modest"), upstream, Pacer.UNTHROTTLED);
    }

    @Test
    void withoutTheRightToInstallTheLedgerItSaysWhoCan() {
        try (Gateway gateway = gateway()) {
            assertThatThrownBy(() -> gateway.propose(Plans.index()))
                    .isInstanceOfSatisfying(MigrationException.class, e -> {
                        assertThat(e.error().sqlState()).isEqualTo("42501");
                        assertThat(e.error().hint().orElse("")).contains("sluice init jdbc:postgresql:");
                    });
        }
    }

    @Test
    void onALedgerThatAnAdministratorInstalledItRunsEverything() throws Exception {
        server.execute(database, PostgresLedgerScript.printed(role));
        server.execute(
                database,
                "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()");
        try (Gateway gateway = gateway();
                Connection client = server.connect(database)) {
            client.setAutoCommit(false);
            try (Statement statement = client.createStatement()) {
                statement.execute("SET ROLE " + owner);
            }
            long id = gateway.expandIn(client, Plans.uniqueRef(List.of("id"), List.of()), owner);
            client.commit();

            assertThat(gateway.await(id))
                    .extracting(Migration::state, Migration::reason)
                    .containsExactly(Migration.State.COMPLETE, "");
        }
        assertThat(server.text(database, "SELECT count(DISTINCT ref) FROM orders"))
                .isEqualTo("3000");
    }

    @Test
    void aProposalThatIsDiscardedTakesItsFunctionsWithIt() throws Exception {
        server.execute(database, PostgresLedgerScript.printed(role));
        var plan = Plans.plan(
                List.of(Plans.phase(
                        PhaseName.EXPAND,
                        Step.Statements.of("CREATE FUNCTION sluice.fill_{id}() RETURNS trigger LANGUAGE plpgsql AS"
                                + " $f$ BEGIN RETURN NEW; END $f$"))),
                List.of());
        try (Gateway gateway = gateway()) {
            var proposal = gateway.migrations.propose(
                    new Migrations.Request(gateway.ref, "…", Plans.decision(plan), owner, "test"));
            assertThat(server.text(database, "SELECT to_regproc('sluice.fill_" + proposal.id() + "') IS NOT NULL"))
                    .isEqualTo("t");

            gateway.migrations.discard(gateway.ref, proposal.id());

            assertThat(server.text(database, "SELECT to_regproc('sluice.fill_" + proposal.id() + "') IS NULL"))
                    .isEqualTo("t");
        }
    }
}
