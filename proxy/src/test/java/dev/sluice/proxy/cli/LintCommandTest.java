package dev.sluice.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.policy.CompiledPolicy;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyException;
import dev.sluice.policies.rule.Rule;
import dev.sluice.policies.rule.Rules;
import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.ConfigProblem;
import dev.sluice.proxy.config.PolicyConfig;
import dev.sluice.proxy.config.PolicyReader;
import dev.sluice.proxy.lint.GatewayEngine;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.TestPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LintCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private static Policy policy(PolicyConfig config) throws ConfigException {
        try {
            return CompiledPolicy.of(
                    PolicyReader.read(config),
                    Rules.all().stream().map(Rule::id).collect(Collectors.toSet()));
        } catch (PolicyException e) {
            throw new ConfigException(List.of(new ConfigProblem(e.place(), 0, "", String.valueOf(e.getMessage()))));
        }
    }

    private int lint(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "lint";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandLine line = new Commands()
                .add("lint", () -> new LintCommand(new GatewayEngine(), LintCommandTest::policy, Clock.systemUTC()))
                .commandLine(all);
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(all);
    }

    private String file(String name, String text) throws Exception {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        return file.toString();
    }

    @Test
    void theExitCodeSaysWhetherThereAreFindings() throws Exception {
        String bad = file("V1__a.sql", "DROP TABLE t;");
        String good = file("V2__b.sql", "CREATE TABLE t (a int);");
        assertThat(lint(good)).isEqualTo(ExitCode.FINE);
        assertThat(lint(bad)).isEqualTo(ExitCode.NEGATIVE);
        assertThat(lint(bad, "--fail-on", "never")).isEqualTo(ExitCode.FINE);
        assertThat(lint(bad, "--format", "nothing")).isEqualTo(ExitCode.USAGE);
        assertThat(lint()).isEqualTo(ExitCode.USAGE);
        assertThat(lint(folder + "/missing")).isEqualTo(ExitCode.USAGE);
        assertThat(lint(good, "--server-version", "x")).isEqualTo(ExitCode.USAGE);
        assertThat(lint(good, "--base", "no-such-commit")).isEqualTo(ExitCode.USAGE);
        assertThat(lint(good, "--against", "jdbc:postgresql://127.0.0.1:1/x")).isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void theReportIsOnStdoutAndNothingElse() throws Exception {
        String bad = file("V1__a.sql", "DROP TABLE t;");
        assertThat(lint(bad, "--format", "json")).isEqualTo(ExitCode.NEGATIVE);
        JsonNode json = JsonMapper.shared().readTree(out.toString());
        assertThat(json.path("findings").path(0).path("rule").asString()).isEqualTo("drop-table");
        assertThat(err.toString()).contains("Judged for POSTGRES 18");
        Path report = folder.resolve("report.sarif");
        assertThat(lint(bad, "--format", "sarif", "--output", report.toString()))
                .isEqualTo(ExitCode.NEGATIVE);
        assertThat(report).content().contains("2.1.0");
    }

    @Test
    void thePolicyOfAGatewaysConfigurationDecides() throws Exception {
        String drop = file("V1__a.sql", "DROP TABLE t;");
        String config = file("sluice.yaml", """
                upstreams:
                  main: {url: "jdbc:postgresql://db/app", user: sluice, password: "${A_SECRET_THAT_A_BUILD_HAS_NOT}"}
                policies:
                  rules: {drop-table: allow}
                  scopes:
                    - when: {environment: production}
                      rules: {drop-table: block}
                """);
        assertThat(lint(drop, "--config", config)).as(err.toString()).isEqualTo(ExitCode.FINE);
        assertThat(lint(drop, "--config", config, "--environment", "production", "--format", "json"))
                .isEqualTo(ExitCode.NEGATIVE);
        assertThat(out.toString()).contains("\"block\"");
    }

    @Test
    void aPolicyMayStandInAFileOfItsOwn() throws Exception {
        String index = file("V1__a.sql", "CREATE INDEX i ON t (a);\nUPDATE t SET a = 1;");
        file("policy.yaml", "default: allow");
        assertThat(lint(index)).isEqualTo(ExitCode.NEGATIVE);
        assertThat(lint(index, "--config", file("sluice.yaml", "policies: policy.yaml")))
                .as(out.toString())
                .isEqualTo(ExitCode.FINE);
    }

    @Test
    void aConfigurationThatCannotBeUsedIsWrongUsage() throws Exception {
        String good = file("V1__a.sql", "CREATE TABLE t (a int);");
        assertThat(lint(good, "--config", folder + "/missing.yaml")).isEqualTo(ExitCode.USAGE);
        assertThat(lint(good, "--config", file("a.yaml", "policies: {rules: {drop-tabel: allow}}")))
                .isEqualTo(ExitCode.USAGE);
        assertThat(lint(good, "--config", file("b.yaml", "policies: {rules: {drop-table: never}}")))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("missing.yaml", "drop-tabel", "b.yaml:1", "never");
    }

    @Test
    void theDialectIsToldByTheFiles() throws Exception {
        lint(file("a.sql", "ALTER TABLE `t` ADD COLUMN a INT AUTO_INCREMENT;"), "--format", "json");
        assertThat(err.toString()).contains("MYSQL 8.4");
    }

    @Test
    void againstADatabaseItsFactsDecideAndConflictsAreFound() throws Exception {
        String database = TestPostgres.newDatabase();
        TestPostgres.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, ref uuid)",
                "CREATE TABLE flyway_schema_history (version text, success boolean)",
                "INSERT INTO flyway_schema_history VALUES ('1', true)");
        file("V1__a.sql", "DROP TABLE gone;");
        file("V2__b.sql", "ALTER TABLE orders ADD COLUMN ref uuid;");
        file("V3__c.sql", "CREATE TABLE orders (id int);");
        file("V4__d.sql", "ALTER TABLE orders ADD COLUMN note text;");
        int code = lint(
                folder.toString(), "--against", TestPostgres.url(database), "--user", "postgres", "--format", "json");
        assertThat(code).as(err.toString()).isEqualTo(ExitCode.NEGATIVE);
        JsonNode json = JsonMapper.shared().readTree(out.toString());
        assertThat(json.path("summary").path("files").asInt()).isEqualTo(3);
        assertThat(json.path("findings"))
                .extracting(
                        f -> f.path("rule").asString() + " " + f.path("message").asString())
                .contains(
                        "conflicting-migration the database's public.orders has a column ref already",
                        "conflicting-migration orders exists in the database already");
    }

    @Test
    void againstADatabaseEachStatementStandsOnThosePendingBeforeIt() throws Exception {
        String database = TestPostgres.newDatabase();
        TestPostgres.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, old text)",
                "CREATE TABLE databasechangelog (id text, author text, filename text)",
                "INSERT INTO databasechangelog VALUES ('1', 'ann', 'db/z.sql')");
        file("V1__a.sql", "ALTER TABLE orders ADD COLUMN code int;");
        file("V2__b.sql", "CREATE INDEX CONCURRENTLY orders_code ON orders (code);");
        file("V3__c.sql", "ALTER TABLE orders ALTER COLUMN code SET NOT NULL;");
        file("V4__d.sql", "ALTER TABLE orders DROP COLUMN old;\nALTER TABLE orders ADD COLUMN old text;");
        file("V5__e.sql", "CREATE TABLE items (id int);\nCREATE INDEX items_i ON items (id);");
        file("V6__f.sql", "ALTER TABLE items ADD COLUMN a int;\nALTER TABLE nowhere ADD COLUMN a int;");
        file("V7__g.sql", "ALTER TABLE orders DROP COLUMN never;");
        file("z.sql", "--liquibase formatted sql\n--changeset ann:1\nDROP TABLE orders;\n");

        lint(folder.toString(), "--against", TestPostgres.url(database), "--user", "postgres", "--format", "json");

        assertThat(JsonMapper.shared().readTree(out.toString()).path("findings"))
                .extracting(f -> Path.of(f.path("file").asString()).getFileName() + ":"
                        + f.path("line").asInt() + " " + f.path("rule").asString())
                .contains("V3__c.sql:1 set-not-null", "V4__d.sql:1 drop-column")
                .contains("V6__f.sql:2 conflicting-migration", "V7__g.sql:1 conflicting-migration")
                .doesNotContain(
                        "V4__d.sql:2 conflicting-migration", "V6__f.sql:1 conflicting-migration", "z.sql:3 drop-table");
    }

    private List<String> against(TestDatabase server) throws Exception {
        String database = server.newDatabase();
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE orders (id bigint PRIMARY KEY, ref char(36)) ENGINE = InnoDB");
            statement.execute("CREATE TABLE flyway_schema_history (version varchar(50), success boolean)");
            statement.execute("INSERT INTO flyway_schema_history VALUES ('1', true)");
        }
        file("V1__a.sql", "DROP TABLE gone;");
        file("V2__b.sql", "ALTER TABLE `orders` ADD COLUMN ref char(36);");
        file("V3__c.sql", "CREATE TABLE orders (id int);");
        String url = server.url(database);
        String credentials = (url.contains("?") ? "&" : "?") + "user=lab&password=lab";
        int code = lint(folder.toString(), "--against", url + credentials, "--format", "json");
        assertThat(code).as(err.toString()).isEqualTo(ExitCode.NEGATIVE);
        String other = server.mariaDb() ? "mysql" : "mariadb";
        assertThat(lint(folder.toString(), "--against", url + credentials, "--dialect", other))
                .isEqualTo(ExitCode.USAGE);
        assertThat(lint(folder.toString(), "--against", server.url("") + credentials))
                .as(err.toString())
                .isEqualTo(ExitCode.USAGE);
        JsonNode json = JsonMapper.shared().readTree(out.toString());
        assertThat(json.path("summary").path("files").asInt()).isEqualTo(2);
        return json.path("findings")
                .valueStream()
                .map(f -> f.path("rule").asString() + " "
                        + f.path("message").asString().replace(database, "database"))
                .toList();
    }

    @Test
    void aMariaDbIsLintedAgainst() throws Exception {
        assertThat(against(TestDatabase.embeddedMariaDb()))
                .contains(
                        "conflicting-migration the database's database.orders has a column ref already",
                        "conflicting-migration orders exists in the database already");
    }

    @Test
    void aMySqlIsLintedAgainst() throws Exception {
        Optional<TestDatabase> server = TestDatabase.mysql();
        Assumptions.assumeTrue(server.isPresent(), "SLUICE_TEST_MYSQL_URL is not set");
        assertThat(against(server.orElseThrow()))
                .contains(
                        "conflicting-migration the database's database.orders has a column ref already",
                        "conflicting-migration orders exists in the database already");
    }

    @Test
    void whatCannotBeLintedAgainstIsWrongUsage() throws Exception {
        String good = file("V1__a.sql", "CREATE TABLE t (a int);");
        assertThat(lint(good, "--against", "jdbc:oracle:thin:@host")).isEqualTo(ExitCode.USAGE);
        assertThat(lint(good, "--against", "jdbc:postgresql://127.0.0.1:1/x", "--server-version", "16"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(lint(good, "--against", "jdbc:mariadb://127.0.0.1:1/x")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(lint(good, "--against", "jdbc:mysql://127.0.0.1:1/x")).isEqualTo(ExitCode.UNREACHABLE);
    }
}
