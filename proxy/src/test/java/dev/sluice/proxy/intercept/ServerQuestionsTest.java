package dev.sluice.proxy.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.sql.Directives.Completion;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.InFlight;
import dev.sluice.proxy.catalog.PostgresFactsReader;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.testing.JdbcSession;
import dev.sluice.proxy.testing.Sql;
import dev.sluice.proxy.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked of the server through the client's own connection, on a real one. */
class ServerQuestionsTest {

    private final String database = TestPostgres.newDatabase();
    private final ControlPools pools = new ControlPools(List.of(TestPostgres.upstream()));
    private Connection connection;
    private HeldSession session;

    @BeforeEach
    void connect() throws SQLException {
        connection = TestPostgres.connect(database);
        session = new JdbcSession(connection, "test", database, LexicalRules.defaults(ServerVersion.postgres(18)));
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
        pools.close();
    }

    @Test
    void onlyTablesOfTheOpenTransactionAreCreatedHere() throws Exception {
        execute("CREATE TABLE old (id int)", "CREATE TABLE changed (id int)");
        connection.setAutoCommit(false);
        execute("ALTER TABLE changed ADD COLUMN c int", "CREATE TABLE fresh (id int)");
        Savepoint savepoint = connection.setSavepoint();
        execute("CREATE TABLE nested (id int)");

        assertThat(created("old", "changed", "fresh", "nested"))
                .contains(QualifiedName.of("fresh"), QualifiedName.of("public", "nested"))
                .doesNotContain(QualifiedName.of("old"), QualifiedName.of("changed"));

        connection.rollback(savepoint);
        assertThat(created("old", "fresh", "nested")).contains(QualifiedName.of("fresh"));
        connection.rollback();
    }

    @Test
    void aTableThatWasFrozenIsNotCreatedHere() throws Exception {
        execute("CREATE TABLE old (id int)", "VACUUM FREEZE pg_attribute", "VACUUM FREEZE old");
        connection.setAutoCommit(false);

        assertThat(created("old")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE SCHEMA s ALTER TABLE t ADD COLUMN c int|true",
                "PREPARE p AS ALTER TABLE t ADD COLUMN c int|true",
                "CREATE TABLE t (a int|true",
                "ALTER TABLE t FROBNICATE|true",
                "ALTER TABLE does_not_exist ADD COLUMN c int|false",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $q0$ SELECT 1 $q0$|false",
            })
    void theServerIsAskedWhetherItCanReadAStatement(String sql, boolean refused) throws Exception {
        assertThat(SyntaxProbe.refuses(session, sql)).isEqualTo(refused);
    }

    @Test
    void askingForTheSyntaxDoesNotHarmATransaction() throws Exception {
        connection.setAutoCommit(false);
        execute("CREATE TABLE t (id int)");

        SyntaxProbe.refuses(session, "ALTER TABLE t FROBNICATE");

        execute("INSERT INTO t VALUES (1)");
        connection.commit();
    }

    @Test
    void theSessionsOwnSettingIsRead() throws Exception {
        assertThat(SessionState.read(session).completion()).isEmpty();
        execute("SET sluice.completion = 'return'");
        assertThat(SessionState.read(session).completion()).contains(Completion.RETURN);
        execute("SET sluice.completion = 'later'");
        assertThat(SessionState.read(session).malformedCompletion()).contains("later");
    }

    @Test
    void settingsOfTheSameMessageHoldWhileTheScopeIsOpenAndNotLonger() throws Exception {
        execute("CREATE SCHEMA app", "CREATE TABLE app.t (id int)");
        try (NameScope scope = NameScope.open(session, List.of("SET search_path = app"))) {
            assertThat(facts("t").relation(QualifiedName.of("t"))).isPresent();
        }
        assertThat(facts("t").relation(QualifiedName.of("t"))).isEmpty();
    }

    @Test
    void aSettingThatFailsLeavesTheSessionAsItWas() throws Exception {
        assertThatThrownBy(() -> NameScope.open(session, List.of("SET ROLE nobody_of_that_name")))
                .isInstanceOf(ServerErrorException.class);

        execute("SELECT 1");
    }

    private Set<QualifiedName> created(String... tables) throws ServerErrorException {
        return CreatedHere.read(session, facts(tables));
    }

    private Facts facts(String... tables) throws ServerErrorException {
        Set<QualifiedName> names =
                List.of(tables).stream().map(QualifiedName::of).collect(java.util.stream.Collectors.toSet());
        return new PostgresFactsReader(pools, InFlight.NONE)
                .read(session, new FactsRequest(names, Set.of(), Set.of(), Set.of()));
    }

    private void execute(String... sql) throws SQLException {
        Sql.execute(connection, sql);
    }
}
