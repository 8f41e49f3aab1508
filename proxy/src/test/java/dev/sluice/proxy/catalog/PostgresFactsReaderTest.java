package dev.sluice.proxy.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.ExpressionFacts;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.FactsRequest.ExpressionRequest;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.TypeFacts;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.testing.JdbcSession;
import dev.sluice.proxy.testing.Sql;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class PostgresFactsReaderTest {

    private final TestServer server;
    private final String database;
    private final ControlPools pools;
    private final FactsReader reader;
    private Connection client;

    PostgresFactsReaderTest(TestServer server) {
        this.server = server;
        this.database = server.newDatabase();
        this.pools = new ControlPools(List.of(server.upstream()));
        this.reader = new PostgresFactsReader(pools, InFlight.NONE);
    }

    @BeforeEach
    void connect() throws Exception {
        client = server.connect(database);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        pools.close();
    }

    @Test
    void aTableIsDescribedWithEverythingTheRulesAskFor() throws Exception {
        run(
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE TABLE \"Ördérs\" (id bigint GENERATED ALWAYS AS IDENTITY, p int REFERENCES parent,"
                        + " gone int, v text DEFAULT 'a' NOT NULL CHECK (v <> ''), twice int GENERATED ALWAYS AS (p * 2) STORED,"
                        + " PRIMARY KEY (id)) WITH (fillfactor = 70)",
                "ALTER TABLE \"Ördérs\" DROP COLUMN gone",
                "CREATE INDEX lower_v ON \"Ördérs\" (lower(v), id) INCLUDE (p) WHERE p > 0",
                "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "CREATE TRIGGER touched BEFORE UPDATE ON \"Ördérs\" FOR EACH ROW EXECUTE FUNCTION touch()",
                "CREATE VIEW seen AS SELECT v FROM \"Ördérs\"",
                "INSERT INTO \"Ördérs\" (v) SELECT 'x' FROM generate_series(1, 100)",
                "ANALYZE \"Ördérs\"");

        RelationFacts facts =
                read(request("Ördérs")).relation(QualifiedName.of("Ördérs")).orElseThrow();

        assertThat(facts.name()).isEqualTo(QualifiedName.of("public", "Ördérs"));
        assertThat(facts.kind()).isEqualTo(RelationFacts.Kind.TABLE);
        assertThat(facts.owned()).isTrue();
        assertThat(facts.manageable()).isTrue();
        assertThat(facts.rows()).isEqualTo(100);
        assertThat(facts.bytes()).isPositive();
        assertThat(facts.attributeSlots()).isEqualTo(5);
        assertThat(facts.columns())
                .extracting(RelationFacts.ColumnFacts::name)
                .containsExactly("id", "p", "v", "twice");
        assertThat(facts.column("id").orElseThrow().identity()).isTrue();
        assertThat(facts.column("twice").orElseThrow().generated()).isTrue();
        assertThat(facts.column("v").orElseThrow().defaultExpression()).contains("'a'::text");
        assertThat(facts.primaryKey().orElseThrow().columns()).containsExactly("id");
        assertThat(facts.constraints())
                .filteredOn(c -> c.type() == 'f')
                .singleElement()
                .satisfies(c -> assertThat(c.referenced()).contains(QualifiedName.of("public", "parent")));
        assertThat(facts.indexes())
                .filteredOn(i -> i.name().equals("lower_v"))
                .singleElement()
                .satisfies(i -> {
                    assertThat(i.columns()).containsExactly("", "id");
                    assertThat(i.partial()).isTrue();
                    assertThat(i.valid()).isTrue();
                });
        assertThat(facts.triggers()).containsExactly("touched");
        assertThat(facts.dependents()).contains("view public.seen");
        assertThat(facts.options()).containsEntry("fillfactor", "70");
        assertThat(facts.owner()).isEqualTo("postgres");
    }

    @Test
    void aPartitionsRowsAreItsOwnAndTheDefaultOneIsKnownAsSuch() throws Exception {
        run(
                "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE few PARTITION OF parted FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE rest PARTITION OF parted DEFAULT",
                "INSERT INTO parted SELECT g FROM generate_series(8, 107) g",
                "ANALYZE parted");

        Facts facts = read(request("parted"));
        RelationFacts parent = facts.relation(QualifiedName.of("parted")).orElseThrow();
        RelationFacts rest = facts.defaultPartition(parent).orElseThrow();

        assertThat(parent.rows()).isEqualTo(100);
        assertThat(rest.name()).isEqualTo(QualifiedName.of("public", "rest"));
        assertThat(rest.rows()).isEqualTo(98);
    }

    /** From {@code jit_above_cost} on, 100,000 by default, servers that can would compile it, for seconds each time. */
    @Test
    void whatIsAskedOfATableIsTakenForCheap() throws Exception {
        run("CREATE TABLE wide (id int) PARTITION BY RANGE (id)");
        for (int i = 0; i < 40; i++) {
            run("CREATE TABLE wide_" + i + " PARTITION OF wide FOR VALUES FROM (" + i + ") TO (" + (i + 1) + ")");
        }
        run("ANALYZE pg_catalog.pg_inherits", "ANALYZE pg_catalog.pg_class");

        String plan = Sql.text(client, "EXPLAIN " + PostgresCatalogQuery.of(request("wide")));

        Matcher cost = Pattern.compile("cost=[0-9.]+\\.\\.([0-9.]+) ").matcher(plan);
        assertThat(cost.find()).as(plan).isTrue();
        assertThat(Double.parseDouble(cost.group(1))).isLessThan(50_000);
    }

    @Test
    void aDomainsDefaultIsKnownForWhatItDoesToATable() throws Exception {
        run(
                "CREATE DOMAIN plain AS int",
                "CREATE DOMAIN steady AS int DEFAULT 7",
                "CREATE DOMAIN drawn AS double precision DEFAULT random()",
                "CREATE DOMAIN over_drawn AS drawn");

        Facts facts =
                read(new FactsRequest(Set.of(), Set.of(), Set.of("plain", "steady", "drawn", "over_drawn"), Set.of()));

        assertThat(facts.type("plain").orElseThrow().domainDefault()).isEmpty();
        assertThat(facts.type("steady").orElseThrow().domainDefault()).contains(ExpressionFacts.STABLE);
        assertThat(facts.type("drawn").orElseThrow().domainDefault()).contains(ExpressionFacts.VOLATILE);
        assertThat(facts.type("over_drawn").orElseThrow().domainDefault()).contains(ExpressionFacts.VOLATILE);
    }

    @Test
    void namesMeanWhatTheyMeanInTheClientsOpenTransaction() throws Exception {
        run("CREATE SCHEMA app", "CREATE TABLE t (old int)");
        client.setAutoCommit(false);
        run("SET LOCAL search_path = app, public", "CREATE TABLE t (fresh int)", "CREATE TEMP TABLE mine (a int)");

        Facts facts = read(request("t", "mine", "nothing"));

        assertThat(facts.relation(QualifiedName.of("t")).orElseThrow().name()).isEqualTo(QualifiedName.of("app", "t"));
        assertThat(facts.relation(QualifiedName.of("mine")).orElseThrow().temporary())
                .isTrue();
        assertThat(facts.relation(QualifiedName.of("nothing"))).isEmpty();
        assertThat(facts.currentSchema()).contains("app");
        assertThat(facts.settings()).containsEntry("search_path", "\"app\", \"public\"");
    }

    @Test
    void noSearchPathAndNoPrivilegeMakesTheQueryFailInsideATransaction() throws Exception {
        run(
                "CREATE SCHEMA hostile",
                "CREATE FUNCTION hostile.eq(name, text) RETURNS bool LANGUAGE sql AS 'SELECT 1/0 = 1'",
                "CREATE OPERATOR hostile.= (LEFTARG = name, RIGHTARG = text, FUNCTION = hostile.eq)",
                "CREATE FUNCTION hostile.current_schemas(bool) RETURNS name[] LANGUAGE sql AS 'SELECT ARRAY[1/0]::name[]'",
                "CREATE SCHEMA closed",
                "CREATE TABLE closed.t (a int)",
                "CREATE DOMAIN closed.secret AS int NOT NULL",
                "CREATE DOMAIN public.known AS int NOT NULL",
                "CREATE TABLE public.t (a int)",
                "CREATE ROLE r" + database,
                "GRANT USAGE ON SCHEMA hostile TO PUBLIC");
        client.setAutoCommit(false);
        run(
                "SET LOCAL ROLE r" + database,
                "SET LOCAL search_path = hostile, pg_catalog, public",
                "SET LOCAL standard_conforming_strings = off");

        Facts facts = read(new FactsRequest(
                Set.of(QualifiedName.of("closed", "t"), QualifiedName.of("t"), QualifiedName.of("it's \\ \"odd\"")),
                Set.of(),
                Set.of("closed.secret", "\"it's \\ odd\"", "known"),
                Set.of()));

        assertThat(facts.type("closed.secret").orElseThrow().constrainedDomain())
                .isFalse();
        assertThat(facts.type("known").orElseThrow().constrainedDomain()).isTrue();

        assertThat(facts.relations()).containsOnlyKeys(QualifiedName.of("t"));
        assertThat(facts.relation(QualifiedName.of("t")).orElseThrow().owned()).isFalse();
        assertThat(facts.role()).isEqualTo("r" + database);
        run("SELECT 1");
    }

    @Test
    void theServerTellsWhichDefaultsRewrite() throws Exception {
        run(
                "CREATE FUNCTION inlines() RETURNS int VOLATILE LANGUAGE sql AS 'SELECT 1'",
                "CREATE FUNCTION stays() RETURNS int VOLATILE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'");

        Facts facts = read(expressions("now()", "gen_random_uuid()", "inlines()", "stays()", "1 +", "no_such()"));

        assertThat(facts.volatilities())
                .containsEntry("now()", ExpressionFacts.STABLE)
                .containsEntry("gen_random_uuid()", ExpressionFacts.VOLATILE)
                .containsEntry("inlines()", ExpressionFacts.STABLE)
                .containsEntry("stays()", ExpressionFacts.VOLATILE)
                .containsEntry("1 +", ExpressionFacts.INVALID)
                .containsEntry("no_such()", ExpressionFacts.INVALID);
    }

    @Test
    void whatOnlyTheClientsTransactionKnowsCountsAsVolatile() throws Exception {
        client.setAutoCommit(false);
        run("CREATE FUNCTION fresh() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'");

        assertThat(read(expressions("fresh()")).volatilities()).containsEntry("fresh()", ExpressionFacts.VOLATILE);
    }

    @Test
    void constrainedDomainsAreTold() throws Exception {
        run(
                "CREATE DOMAIN free AS int",
                "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
                "CREATE DOMAIN nested AS positive");

        Facts facts = read(new FactsRequest(
                Set.of(), Set.of(), Set.of("free", "positive", "nested", "varchar(10)", "serial", "nope"), Set.of()));

        assertThat(facts.type("free").orElseThrow().constrainedDomain()).isFalse();
        assertThat(facts.type("positive").orElseThrow().constrainedDomain()).isTrue();
        assertThat(facts.type("nested").orElseThrow().constrainedDomain()).isTrue();
        assertThat(facts.type("varchar(10)").orElseThrow().canonical()).isEqualTo("character varying(10)");
        assertThat(facts.type("nope").orElseThrow().exists()).isFalse();
    }

    @Test
    void typesAreReadWhereTheGatewaysRoleMayNotActAsTheClients() throws Exception {
        String modest = "modest" + database;
        run(
                "CREATE ROLE " + modest + " LOGIN",
                "CREATE SCHEMA app",
                "CREATE DOMAIN free AS int",
                "CREATE DOMAIN app.positive AS int CHECK (VALUE > 0)",
                "CREATE DOMAIN nested AS app.positive DEFAULT 7",
                "CREATE TYPE mood AS ENUM ('sad')",
                "CREATE DOMAIN app.\"Odd one\" AS text NOT NULL",
                "SET search_path = app, public");
        try (ControlPools own = new ControlPools(
                List.of(new ControlUpstream("test", server.url("postgres"), modest, server.password(), 2)))) {
            Facts facts = new PostgresFactsReader(own, InFlight.NONE)
                    .read(
                            session(),
                            new FactsRequest(
                                    Set.of(),
                                    Set.of(),
                                    Set.of(
                                            "free",
                                            "positive",
                                            "NESTED",
                                            "mood",
                                            "app.\"Odd one\"",
                                            "varchar(10)",
                                            "nope"),
                                    Set.of()));

            assertThat(facts.types().keySet())
                    .containsExactlyInAnyOrder("free", "positive", "NESTED", "mood", "app.\"Odd one\"", "varchar(10)");
            assertThat(facts.type("mood").orElseThrow().constrainedDomain()).isFalse();
            assertThat(facts.type("free").orElseThrow().constrainedDomain()).isFalse();
            assertThat(facts.type("positive").orElseThrow().constrainedDomain()).isTrue();
            assertThat(facts.type("app.\"Odd one\"").orElseThrow().constrainedDomain())
                    .isTrue();
            assertThat(facts.type("NESTED").orElseThrow())
                    .returns(true, TypeFacts::constrainedDomain)
                    .returns(Optional.of(ExpressionFacts.VOLATILE), TypeFacts::domainDefault);
        }
    }

    @Test
    void aTypeIsWhatTheClientsTransactionHasMadeOfIt() throws Exception {
        run("CREATE DOMAIN loose AS int DEFAULT 3");
        client.setAutoCommit(false);
        run(
                "CREATE DOMAIN fresh AS int NOT NULL",
                "ALTER DOMAIN loose ADD CHECK (VALUE > 0)",
                "CREATE TYPE mood AS ENUM ('sad')");

        Facts facts = read(new FactsRequest(Set.of(), Set.of(), Set.of("fresh", "loose", "mood", "nope"), Set.of()));

        assertThat(facts.type("mood").orElseThrow().exists()).isTrue();
        assertThat(facts.type("nope").orElseThrow().exists()).isFalse();
        assertThat(facts.type("fresh").orElseThrow().constrainedDomain()).isTrue();
        assertThat(facts.type("loose").orElseThrow().constrainedDomain()).isTrue();
    }

    @Test
    void codeOfTheClientsCannotTakeTheGatewaysRole() throws Exception {
        String role = "r" + database;
        run(
                "CREATE ROLE " + role,
                "CREATE TABLE public.loot (a text)",
                "GRANT INSERT ON public.loot TO PUBLIC",
                "GRANT CREATE ON SCHEMA public TO " + role,
                "SET ROLE " + role,
                "CREATE FUNCTION grab() RETURNS int VOLATILE LANGUAGE plpgsql AS"
                        + " 'BEGIN RESET ROLE; RETURN 1; END'",
                "CREATE FUNCTION harmless() RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN grab(); END'");

        Facts facts = read(expressions("harmless()"));

        assertThat(facts.volatilities()).containsEntry("harmless()", ExpressionFacts.INVALID);
    }

    @Test
    void partitionsCountForTheirParent() throws Exception {
        run(
                "CREATE TABLE part (id int, PRIMARY KEY (id)) PARTITION BY RANGE (id)",
                "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (100)",
                "CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (100) TO (200)",
                "INSERT INTO part SELECT generate_series(0, 149)",
                "ANALYZE part_1",
                "ANALYZE part_2");

        RelationFacts facts =
                read(request("part")).relation(QualifiedName.of("part")).orElseThrow();

        assertThat(facts.kind()).isEqualTo(RelationFacts.Kind.PARTITIONED_TABLE);
        assertThat(facts.rows()).isEqualTo(150);
        assertThat(facts.children())
                .containsExactly(QualifiedName.of("public", "part_1"), QualifiedName.of("public", "part_2"));
    }

    private Facts read(FactsRequest request) throws Exception {
        return reader.read(session(), request);
    }

    private JdbcSession session() {
        return new JdbcSession(client, "test", database, LexicalRules.defaults(ServerVersion.postgres(18)));
    }

    private static FactsRequest request(String... names) {
        return new FactsRequest(
                Set.copyOf(List.of(names).stream().map(QualifiedName::of).toList()), Set.of(), Set.of(), Set.of());
    }

    private static FactsRequest expressions(String... expressions) {
        return new FactsRequest(
                Set.of(),
                Set.copyOf(List.of(expressions).stream()
                        .map(e -> new ExpressionRequest(
                                e, e.contains("uuid") ? "uuid" : e.equals("now()") ? "timestamptz" : "int"))
                        .toList()),
                Set.of(),
                Set.of());
    }

    private void run(String... sql) throws Exception {
        try (Statement statement = client.createStatement()) {
            for (String one : sql) {
                statement.execute(one);
            }
        }
    }
}
