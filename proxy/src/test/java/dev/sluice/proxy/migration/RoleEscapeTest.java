package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.testing.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code of a client's that runs on the gateway's connection leaves something behind there for the gateway to run. */
class RoleEscapeTest {

    private static final TestServer SERVER = TestServer.newest();

    private final String database = SERVER.newDatabase();
    private final String role = "thief_" + database;
    private final Gateway gateway = new Gateway(SERVER, database, Gateway.settings("one"));

    @BeforeEach
    void table() throws Exception {
        SERVER.execute(
                database,
                "CREATE ROLE " + role,
                "GRANT CREATE ON SCHEMA public TO " + role,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int)",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, 300) i",
                "ALTER TABLE orders OWNER TO " + role,
                "CREATE FUNCTION take() RETURNS bool LANGUAGE plpgsql AS $f$ BEGIN"
                        + " IF current_user <> '" + role + "' THEN ALTER ROLE " + role + " SUPERUSER; END IF;"
                        + " RETURN true; END $f$");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "RAISE EXCEPTION 'enough';"})
    void aStatementThatItPreparesStandsInForNoneOfTheGateways(String then) throws Exception {
        fill("FOR i IN 1 .. 40 LOOP BEGIN EXECUTE format('DEALLOCATE %I', 'S_' || i);"
                + " EXCEPTION WHEN invalid_sql_statement_name THEN NULL; END;"
                + " BEGIN EXECUTE format('PREPARE %I AS SELECT public.take()', 'S_' || i);"
                + " EXCEPTION WHEN duplicate_prepared_statement THEN NULL; END; END LOOP; " + then);

        assertThat(isSuperuser()).isEqualTo("false");
    }

    @Test
    void aCursorThatItLeavesOpenIsNotRunByTheCommit() throws Exception {
        fill("BEGIN EXECUTE 'DECLARE left CURSOR WITH HOLD FOR SELECT public.take()';"
                + " EXCEPTION WHEN duplicate_cursor THEN NULL; END;");

        assertThat(isSuperuser()).isEqualTo("false");
    }

    @Test
    void operatorsOnAPathThatItSetsAreNotTheGateways() throws Exception {
        SERVER.execute(
                database,
                "CREATE FUNCTION same(text, varchar) RETURNS bool LANGUAGE sql AS 'SELECT public.take()'",
                "CREATE OPERATOR = (FUNCTION = same, LEFTARG = text, RIGHTARG = varchar)",
                "CREATE FUNCTION same(name, varchar) RETURNS bool LANGUAGE sql AS 'SELECT public.take()'",
                "CREATE OPERATOR = (FUNCTION = same, LEFTARG = name, RIGHTARG = varchar)");
        fill("SET search_path = public, pg_catalog;");

        assertThat(isSuperuser()).isEqualTo("false");
    }

    private void fill(String body) throws Exception {
        SERVER.execute(
                database,
                "CREATE FUNCTION sneaky() RETURNS uuid LANGUAGE plpgsql AS $f$ DECLARE i int; BEGIN " + body
                        + " RETURN gen_random_uuid(); END $f$",
                "ALTER TABLE orders ADD COLUMN ref uuid");
        long id = gateway.migrations
                .propose(new Migrations.Request(
                        gateway.ref,
                        "…",
                        Plans.decision(Plans.ref(List.of("id"), List.of(), "sneaky()")),
                        role,
                        "test"))
                .id();
        gateway.migrations.expanded(gateway.ref, id);
        gateway.await(id);
    }

    private String isSuperuser() throws Exception {
        return SERVER.text(database, "SELECT rolsuper::text FROM pg_roles WHERE rolname = '" + role + "'");
    }
}
