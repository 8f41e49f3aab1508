package dev.sluice.proxy.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinterTest {
    @TempDir
    Path folder;

    @Test
    void aQueryWhoseResultPsqlRunsIsOpaque() throws Exception {
        List<String> rules = Lint.postgres(folder).file("load.sql", """
                        SELECT 'a' \\g
                        SELECT 'DROP TABLE orders' \\gexec
                        SELECT format('DROP TABLE %I', relname) FROM pg_class -- ; all
                          \\gexec
                        SELECT 1;
                        """).rules();

        assertThat(rules).containsExactly("opaque-dynamic-ddl@2", "opaque-dynamic-ddl@3");
    }

    @Test
    void aDangerousStatementIsFoundWithItsPlaceAndSafeWay() throws Exception {
        LintReport report = Lint.postgres(folder)
                .file("V2__drop.sql", "-- why\nCOMMENT ON TABLE t IS 'x';\nALTER TABLE t\n  DROP COLUMN a;\n")
                .run();
        assertThat(report.findings()).singleElement().satisfies(f -> {
            assertThat(f.rule()).isEqualTo("drop-column");
            assertThat(f.place().line()).isEqualTo(4);
            assertThat(f.place().column()).isEqualTo(3);
            assertThat(f.place().excerpt()).isEqualTo("  DROP COLUMN a;");
            assertThat(f.statement()).isEqualTo("ALTER TABLE t\n  DROP COLUMN a");
            assertThat(f.severity()).isEqualTo(Severity.ERROR);
            assertThat(f.message()).isNotBlank();
            assertThat(f.safeWay()).isNotBlank();
        });
        assertThat(report.files()).hasSize(1);
        assertThat(report.statements()).isEqualTo(2);
    }

    @Test
    void aTableThatTheFileCreatesIsEmptyAndNobodysYet() throws Exception {
        Lint lint = Lint.postgres(folder).file("V1__a.sql", """
                CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
                CREATE INDEX i ON orders (customer);
                ALTER TABLE public.orders ADD CONSTRAINT c CHECK (id > 0);
                UPDATE orders SET customer = 1;
                CREATE INDEX j ON other (customer);
                """);
        assertThat(lint.rules()).containsExactly("create-index-blocking@5");
    }

    @Test
    void whatFilesBeforeOneHaveMadeIsKnown() throws Exception {
        Lint lint = Lint.postgres(folder)
                .file("V1__a.sql", """
                        CREATE TABLE t (code varchar(10) NOT NULL, at timestamptz NOT NULL) PARTITION BY RANGE (at);
                        CREATE DOMAIN plain AS text;
                        """)
                .file("V2__b.sql", "ALTER TABLE t ALTER COLUMN code TYPE varchar(50);")
                .file("V3__c.sql", "ALTER TABLE t ALTER COLUMN code TYPE varchar(30);")
                .file("V4__d.sql", "ALTER TABLE t ADD COLUMN p plain;")
                .file("V5__e.sql", "CREATE INDEX i ON t (code);")
                .file("V6__f.sql", "ALTER TABLE t ALTER COLUMN code SET NOT NULL;");

        assertThat(lint.run().findings())
                .extracting(f -> f.file().substring(f.file().lastIndexOf('/') + 1) + " " + f.rule())
                .containsExactly("V3__c.sql change-column-type", "V5__e.sql create-index-on-partitioned");
    }

    @Test
    void setNotNullIsFineBehindAValidatedCheck() throws Exception {
        Lint lint = Lint.postgres(folder).file("a.sql", """
                ALTER TABLE t ADD CONSTRAINT nn CHECK (c IS NOT NULL) NOT VALID;
                ALTER TABLE t VALIDATE CONSTRAINT nn;
                ALTER TABLE t ALTER COLUMN c SET NOT NULL;
                ALTER TABLE t ALTER COLUMN d SET NOT NULL;
                """);
        assertThat(lint.rules()).contains("set-not-null@4").doesNotContain("set-not-null@3");
    }

    @Test
    void dataChangedBehindAnExclusiveLockIsFoundInTransactionsOnly() throws Exception {
        String script = "ALTER TABLE t ADD COLUMN c int;\nUPDATE t SET c = 1 WHERE id < 5;\n";
        assertThat(Lint.postgres(folder).file("a.sql", script).rules()).isEmpty();
        assertThat(Lint.postgres(folder)
                        .file("a.sql", "BEGIN;\n" + script + "COMMIT;\nUPDATE t SET c = 2 WHERE id = 1;")
                        .rules())
                .containsExactly("data-change-in-ddl-transaction@3");
        Files.delete(folder.resolve("a.sql"));
        assertThat(Lint.postgres(folder).file("V1__a.sql", script).rules())
                .containsExactly("data-change-in-ddl-transaction@2");
    }

    @Test
    void aWholeTableWrittenInOneStatementIsFound() throws Exception {
        assertThat(Lint.postgres(folder)
                        .file(
                                "a.sql",
                                "UPDATE t SET c = (SELECT 1 FROM u WHERE x = 1);\nDELETE FROM t WHERE id = 1;\nDELETE FROM t;")
                        .rules())
                .containsExactly("unbounded-dml@1", "unbounded-dml@3");
    }

    @Test
    void anIgnoreCommentSilencesItsRuleInItsStatement() throws Exception {
        Lint lint = Lint.postgres(folder).file("a.sql", """
                -- sluice:ignore drop-column nobody reads it since May
                ALTER TABLE t DROP COLUMN a;
                ALTER TABLE t DROP COLUMN b; -- sluice:ignore drop-column neither this
                ALTER TABLE t
                  -- sluice:ignore drop-column inside
                  DROP COLUMN c;
                ALTER TABLE t DROP COLUMN d;
                -- sluice:ignore drop-table silences nothing
                -- sluice:ignore no-such-rule x
                SELECT 1;
                """);
        LintReport report = lint.run();
        assertThat(Lint.rules(report)).containsExactly("drop-column@7", "lint-unused-ignore@8", "lint-unused-ignore@9");
        assertThat(report.findings().get(1).message()).contains("silences nothing");
        assertThat(report.findings().get(2).message()).contains("no rule");
    }

    @Test
    void aDirectiveThatIsWrongIsReportedAndTheFileStillJudged() throws Exception {
        Lint lint = Lint.postgres(folder).file("a.sql", "/* sluice: bakfill=\"1\" */ ALTER TABLE t DROP COLUMN a;");
        assertThat(lint.rules()).contains("lint-directive@1", "drop-column@1");
        String useful = "/* sluice: backfill=\"1\" */ ALTER TABLE t ADD COLUMN a int NOT NULL;";
        assertThat(lint.file("a.sql", useful).run().errors()).isZero();
        assertThat(lint.file("a.sql", useful.replace("ADD COLUMN a int NOT NULL", "DROP CONSTRAINT a"))
                        .rules())
                .contains("lint-directive@1");
    }

    @Test
    void versionsGivenTwiceAreFound() throws Exception {
        Lint lint = Lint.postgres(folder)
                .file("V1_1__a.sql", "SELECT 1;")
                .file("V1.01__b.sql", "SELECT 1;")
                .file("V2__c.sql", "SELECT 1;")
                .file("x/V2__c.sql", "SELECT 1;");
        assertThat(lint.rules()).containsExactly("lint-duplicate-version@1");
    }

    @Test
    void againstABaseOnlyNewFilesAreJudgedAndVersionsCompared() throws Exception {
        Path merged = Files.createDirectory(folder.resolve("merged"));
        Files.writeString(merged.resolve("V1__a.sql"), "DROP TABLE a;");
        Files.writeString(merged.resolve("V5__b.sql"), "SELECT 1;");
        Files.writeString(merged.resolve("V6__c.sql"), "SELECT 1;");
        Path branch = Files.createDirectory(folder.resolve("branch"));
        Lint lint = Lint.postgres(branch)
                .file("V1__a.sql", "DROP TABLE a;")
                .file("V4__late.sql", "SELECT 1;")
                .file("V5__other.sql", "SELECT 1;")
                .file("V6__c.sql", "SELECT 2;")
                .file("V7__x.sql", "ALTER TABLE t ADD COLUMN n int;")
                .file("V8__y.sql", "ALTER TABLE t ADD COLUMN n int;");
        LintReport report = lint.run(Optional.of(Baselines.read(merged.toString(), List.of(branch))));
        assertThat(Lint.rules(report))
                .containsExactly(
                        "lint-out-of-order@1",
                        "lint-duplicate-version@1",
                        "lint-changed-migration@1",
                        "conflicting-migration@1");
        assertThat(report.files()).hasSize(5);
    }

    @Test
    void aCommitIsABaseToo() throws Exception {
        git("init", "-q");
        Lint lint = Lint.postgres(folder).file("db/V1__a.sql", "DROP TABLE a;").file("db/V3__b.sql", "DROP TABLE b;");
        git("add", ".");
        git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x");
        lint.file("db/V2__c.sql", "DROP TABLE c;");
        LintReport report = lint.run(Optional.of(Baselines.read("HEAD", List.of(folder))));
        assertThat(Lint.rules(report)).containsExactlyInAnyOrder("lint-out-of-order@1", "drop-table@1");
    }

    private void git(String... words) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        Process git = new ProcessBuilder(command).directory(folder.toFile()).start();
        assertThat(git.waitFor()).isZero();
    }

    @Test
    void filesComeInTheOrderInWhichTheyRun() throws Exception {
        Lint lint = Lint.postgres(folder);
        for (String name : List.of("R__view.sql", "V10__b.sql", "V9__a.sql", "U9__a.sql", "notes.txt", "z.sql")) {
            lint.file(name, "SELECT 1;");
        }
        assertThat(lint.run().files().stream().map(f -> f.substring(f.lastIndexOf('/') + 1)))
                .containsExactly("V9__a.sql", "V10__b.sql", "R__view.sql", "z.sql");
    }

    @Test
    void mySqlFilesAreJudgedByItsRules() throws Exception {
        Lint lint = Lint.mysql(folder).file("a.sql", """
                ALTER TABLE `t` DROP COLUMN a; # x
                DELIMITER //
                CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//
                DELIMITER ;
                UPDATE t SET a = 1;
                """);
        assertThat(lint.rules()).containsExactly("drop-column@1", "unbounded-dml@5");
        assertThat(lint.run().statements()).isEqualTo(3);
    }

    @Test
    void aFileInAnotherEncodingAndAnEmptyOneAreRead() throws Exception {
        Files.write(
                folder.resolve("a.sql"),
                "DROP TABLE t; -- \u00e9".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        Files.write(
                folder.resolve("b.sql"), "\ufeffDROP TABLE t;".getBytes(java.nio.charset.StandardCharsets.UTF_16LE));
        Files.writeString(folder.resolve("c.sql"), "");
        Files.writeString(folder.resolve("d.sql"), "\ufeffDROP TABLE t;");
        assertThat(Lint.postgres(folder).rules()).containsExactly("drop-table@1", "drop-table@1", "drop-table@1");
    }

    @Test
    void aDumpOfAWholeSchemaIsFine() throws Exception {
        assertThat(dump("structure.sql", Lint.postgres(folder)).findings()).isEmpty();
        assertThat(Lint.rules(dump("mysqldump.sql", Lint.mysql(folder)))).containsExactly("drop-table@6");
    }

    private LintReport dump(String name, Lint lint) throws Exception {
        try (java.io.InputStream in = LinterTest.class.getResourceAsStream("/lint/" + name)) {
            Files.write(
                    folder.resolve("dump.sql"),
                    java.util.Objects.requireNonNull(in).readAllBytes());
        }
        return lint.run();
    }
}
