package dev.sluice.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.cli.ExitCode;
import dev.sluice.proxy.mysql.EmbeddedMariaDb;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.TestPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Tag("integration")
class MainTest {

    private static final String VOLATILE = "ALTER TABLE orders ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid()";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void everyCommandOfTheContractIsThereAndHasHelp() {
        for (String command :
                List.of("serve", "demo", "lint", "explain", "migrations", "audit", "config", "init", "warm-up")) {
            assertThat(run(command, "--help")).as(command).isZero();
        }
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("serve", "demo", "explain", "Exit codes")
                .doesNotContain("  warm-up");
    }

    @Test
    void explainSaysWhatWouldHappen() {
        assertThat(run("explain", VOLATILE)).isZero();

        assertThat(out.toString()).contains("Phase: ALTER TABLE", "add-column-volatile-default", "Backfill");
    }

    @Test
    void explainInJsonIsOneDocument() {
        assertThat(run("explain", "--format", "json", VOLATILE)).isZero();

        assertThat(out.toString()).contains("\"verdict\" : \"phase\"").startsWith("{");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void explainAgainstADatabaseKnowsItsTables() throws Exception {
        String database = TestPostgres.newDatabase();
        TestPostgres.execute(database, "CREATE TABLE orders (id int PRIMARY KEY)");

        assertThat(run("explain", "--against", TestPostgres.url(database) + "?user=postgres", VOLATILE))
                .isZero();
        assertThat(out.toString()).contains("add-column-volatile-default");
    }

    @Test
    void anApprovalPendingIsFourAndARefusalOne() {
        assertThat(run("explain", "ALTER TABLE orders DROP COLUMN ref")).isEqualTo(ExitCode.APPROVAL_PENDING);
        assertThat(run("explain", "ALTER TABLE orders ADD COLUMN ref uuid NOT NULL"))
                .isEqualTo(ExitCode.NEGATIVE);
    }

    @Test
    void whatIsNoSchemaChangeIsWrongUsage() {
        assertThat(run("explain", "SELECT 1")).isEqualTo(ExitCode.USAGE);
        assertThat(run("explain", "--dialect", "oracle", VOLATILE)).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aDatabaseThatIsNotThereIsThree() {
        assertThat(run("explain", "--against", "jdbc:postgresql://127.0.0.1:1/none", VOLATILE))
                .isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run("migrations", "list", "--gateway", "http://127.0.0.1:1")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run("migrations", "list", "--database", "jdbc:postgresql://127.0.0.1:1/none"))
                .isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void initInstallsTheLedgerAndMigrationsReadsIt() {
        String database = TestPostgres.newDatabase();
        String url = TestPostgres.url(database) + "?user=postgres";

        assertThat(run("init", url)).isZero();
        assertThat(run("init", "--print", "--role", "gateway", url)).isZero();
        assertThat(run("migrations", "--database", url, "--format", "json", "list"))
                .isZero();
        assertThat(run("migrations", "--database", url, "show", "7")).isEqualTo(ExitCode.NEGATIVE);

        assertThat(out.toString()).contains("CREATE SCHEMA IF NOT EXISTS sluice", "\"gateway\"", "[]");
        assertThat(err.toString()).contains("The ledger is installed.", "There is no migration 7.");
    }

    @Test
    void aPolicyWithAnUnknownRuleIsRefusedWithItsLine(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                listeners: [{address: "127.0.0.1:6432"}]
                upstreams: {orders: {url: "jdbc:postgresql://h/orders"}}
                policies:
                  rules: {drop-colum: block}
                """);

        assertThat(run("config", "check", file.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(file + ":4: ", "drop-colum");
    }

    @Test
    void theDemoShowsTheDifferenceAndCleansUp() {
        assertThat(run("demo", "--rows", "20000", "--seconds", "1")).isZero();

        assertThat(out.toString())
                .contains("every row has a ref of its own", "through Sluice", "directly")
                .doesNotContain("NOT:");
    }

    @Test
    void theDemoLeavesAServerOfSomebodysAsItWas() throws Exception {
        TestDatabase server = TestDatabase.embeddedMariaDb();
        String url = server.url("?user=" + EmbeddedMariaDb.USER + "&password=" + EmbeddedMariaDb.PASSWORD);

        assertThat(run("demo", "--url", url, "--rows", "20000", "--seconds", "1"))
                .isZero();

        assertThat(out.toString())
                .contains("every row has a ref of its own", "through Sluice")
                .doesNotContain("NOT:");
        try (Connection connection = server.connect("mysql");
                Statement statement = connection.createStatement();
                ResultSet left = statement.executeQuery("SHOW DATABASES LIKE 'sluice_demo'")) {
            assertThat(left.next()).isFalse();
        }
    }

    private int run(String... args) {
        CommandLine line = Main.commands().commandLine(args);
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
