package dev.sluice.proxy.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScriptReaderTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));

    private static final AppliedMigrations APPLIED = new AppliedMigrations(
            Set.of(),
            List.of(
                    new AppliedMigrations.ChangeSet("10", "bob", "db/changelog/x.sql"),
                    new AppliedMigrations.ChangeSet("a view", "bob", "db/changelog/x.sql"),
                    new AppliedMigrations.ChangeSet("11", "bob", "db/changelog/y.sql")));

    private static Script read(String name, String text, LexicalRules rules) {
        return ScriptReader.read(
                MigrationFile.of(Path.of(name)),
                text,
                rules,
                Lint.postgres(Path.of(".")).options(APPLIED));
    }

    private static List<String> statements(String name, String text, LexicalRules rules) {
        Script script = read(name, text, rules);
        assertThat(script.sql()).hasSameSizeAs(text);
        return script.pieces().stream()
                .flatMap(piece -> {
                    String part = script.sql().substring(piece.start(), piece.end());
                    return piece.single()
                            ? List.of(part.strip()).stream().filter(s -> !s.isEmpty())
                            : Splitter.split(part, rules).stream().map(s -> s.in(part));
                })
                .toList();
    }

    @Test
    void ofUpDownFilesOnlyTheForwardDirectionIsRead() {
        assertThat(statements("1_a.sql", """
                        -- +goose Up
                        CREATE TABLE a (b int);
                        -- +goose StatementBegin
                        CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;
                        -- +goose StatementEnd
                        -- +goose Down
                        DROP TABLE a;
                        """, POSTGRES))
                .containsExactly(
                        "CREATE TABLE a (b int)", "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;");
        assertThat(statements(
                        "1_a.sql",
                        "-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2;\n",
                        POSTGRES))
                .containsExactly("SELECT 1");
        assertThat(statements("1_a.sql", "-- +migrate Down\nSELECT 2;\n-- +migrate Up\nSELECT 1;\n", POSTGRES))
                .containsExactly("SELECT 1");
    }

    @Test
    void theToolDecidesWhetherThereIsATransaction() {
        assertThat(read("V1__a.sql", "SELECT 1", POSTGRES).pieces().getFirst().transaction())
                .isTrue();
        assertThat(read("V1__a.sql", "CREATE INDEX CONCURRENTLY i ON t (a)", POSTGRES)
                        .pieces()
                        .getFirst()
                        .transaction())
                .isFalse();
        assertThat(read("a.sql", "SELECT 1", POSTGRES).pieces().getFirst().transaction())
                .isFalse();
        assertThat(read("V1__a.sql", "SELECT 1", MYSQL).pieces().getFirst().transaction())
                .isFalse();
        assertThat(read("1_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;", POSTGRES)
                        .pieces()
                        .getLast()
                        .transaction())
                .isFalse();
        assertThat(read("1_a.sql", "-- +goose Up\nSELECT 1;", POSTGRES)
                        .pieces()
                        .getLast()
                        .transaction())
                .isTrue();
        assertThat(read("1_a.sql", "-- migrate:up transaction:false\nSELECT 1;", POSTGRES)
                        .pieces()
                        .getLast()
                        .transaction())
                .isFalse();
    }

    @Test
    void liquibaseChangeSetsAreReadByTheirAttributes() {
        String text = """
                --liquibase formatted sql

                --changeset ann:1 runInTransaction:false
                CREATE INDEX CONCURRENTLY i ON t (a);
                --rollback DROP INDEX i;
                --changeset ann:2 dbms:oracle
                SELECT 1 FROM dual;
                --changeset ann:3 dbms:postgresql,h2 endDelimiter:/
                CREATE FUNCTION a() RETURNS int AS 'x;' LANGUAGE c /
                SELECT 2/
                """;
        assertThat(statements("x.sql", text, POSTGRES))
                .containsExactly(
                        "CREATE INDEX CONCURRENTLY i ON t (a)",
                        "CREATE FUNCTION a() RETURNS int AS 'x;' LANGUAGE c",
                        "SELECT 2");
        assertThat(read("x.sql", text, POSTGRES).pieces().getFirst().transaction())
                .isFalse();
        assertThat(read("x.sql", text, POSTGRES).pieces().getLast().transaction())
                .isTrue();
    }

    @Test
    void changeSetsThatTheDatabaseHasAreLeftOut() {
        String text = """
                --liquibase formatted sql
                --changeset bob:10
                SELECT 10;
                --changeset bob:11
                SELECT 11;
                --changeset bob:"a view" runOnChange:true
                SELECT 12;
                --changeset eve:10
                SELECT 13;
                """;
        assertThat(statements("x.sql", text, POSTGRES)).containsExactly("SELECT 11", "SELECT 12", "SELECT 13");
    }

    @Test
    void metaCommandsAndCopiedRowsOfPsqlAreNoSql() {
        assertThat(statements("dump.sql", """
                        \\restrict abc'
                        \\connect shop
                        SELECT 'a\\n' \\gset
                        SELECT 1\\;
                        SELECT 2;
                        COPY t (a, b) FROM stdin;
                        1\tDROP TABLE x; '
                        \\.
                        SELECT 3;
                        \\echo 'it''s
                        SELECT 4;
                        """, POSTGRES))
                .containsExactly(
                        "SELECT 'a\\n'", "SELECT 1", "SELECT 2", "COPY t (a, b) FROM stdin", "SELECT 3", "SELECT 4");
    }

    @Test
    void delimitersOfTheMySqlClientArePutAside() {
        assertThat(statements("x.sql", """
                        SELECT 1;
                        DELIMITER $$
                        CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET NEW.a = '$$'; SET NEW.b = 1; END$$
                        delimiter ;
                        SELECT 2;
                        """, MYSQL))
                .containsExactly(
                        "SELECT 1",
                        "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET NEW.a = '$$'; SET NEW.b = 1; END",
                        "SELECT 2");
    }

    @Test
    void namesAreReadAsTheirToolsDo() {
        assertThat(MigrationName.of("V1_2.3__Add_x.sql").version()).contains(MigrationVersion.of("1.2.3"));
        assertThat(MigrationName.of("R__view.sql").tool()).isEqualTo(MigrationName.Tool.FLYWAY_REPEATABLE);
        assertThat(MigrationName.of("U3__x.sql").tool().isDown()).isTrue();
        assertThat(MigrationName.of("000012_x.down.sql").tool().isDown()).isTrue();
        assertThat(MigrationName.of("20240102030405_x.up.sql").tool()).isEqualTo(MigrationName.Tool.NUMBERED_UP);
        assertThat(MigrationName.of("20240102030405.sql").tool()).isEqualTo(MigrationName.Tool.NUMBERED);
        assertThat(MigrationName.of("structure.sql").tool()).isEqualTo(MigrationName.Tool.PLAIN);
        assertThat(MigrationVersion.of("1.10")).isGreaterThan(MigrationVersion.of("1.9"));
        assertThat(MigrationVersion.of("1.0"))
                .isEqualTo(MigrationVersion.of("1"))
                .hasToString("1");
    }
}
