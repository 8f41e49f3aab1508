package dev.sluice.policies.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.ColumnFacts;
import dev.sluice.policies.facts.RelationFacts.ConstraintFacts;
import dev.sluice.policies.facts.RelationFacts.IndexFacts;
import dev.sluice.policies.facts.RelationFacts.Kind;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said to be refused by the server is forwarded unjudged: so it must be refused for certain. */
class RefusedActionsTest {

    private static final ServerVersion POSTGRES = ServerVersion.postgres(18);
    private static final ServerVersion MYSQL = ServerVersion.mysql(9, 7, 4);
    private static final ServerVersion MARIADB = ServerVersion.mariadb(11, 8, 9);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t DROP COLUMN a",
                "ALTER TABLE t DROP COLUMN IF EXISTS a",
                "ALTER TABLE t ADD COLUMN c int, DROP COLUMN a",
                "ALTER TABLE t DROP COLUMN a, ADD COLUMN a bigint",
                "ALTER TABLE t DROP COLUMN a, DROP COLUMN b",
                "ALTER TABLE t DROP COLUMN IF EXISTS missing",
                "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (b)",
                "ALTER TABLE t DROP CONSTRAINT chk, ADD CONSTRAINT chk CHECK (a > 1)",
                "ALTER TABLE t ADD CONSTRAINT more CHECK (a > 1) NOT VALID, VALIDATE CONSTRAINT more",
                "ALTER TABLE t DROP COLUMN a, ADD COLUMN id bigint PRIMARY KEY",
                "ALTER TABLE t ALTER a DROP DEFAULT, DROP COLUMN a",
                "ALTER TABLE t ALTER a DROP NOT NULL, DROP COLUMN a",
            })
    void whatMayBeThereIsJudged(String sql) {
        assertThat(why(sql, POSTGRES)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t DROP COLUMN A",
                "ALTER TABLE t MODIFY B VARCHAR(300)",
                "ALTER TABLE t ADD UNIQUE KEY u (A, B)",
                "ALTER TABLE t DROP CONSTRAINT CHK",
                "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (b)",
                "ALTER TABLE t DROP INDEX `PRIMARY`, ADD COLUMN id2 INT AUTO_INCREMENT PRIMARY KEY",
                "ALTER TABLE t RENAME COLUMN a TO z, ADD UNIQUE KEY (z)",
                "ALTER TABLE t CHANGE a z INT, ADD UNIQUE KEY (Z)",
                "ALTER TABLE t DROP INDEX k1, ADD INDEX K1 (b)",
                "ALTER TABLE t DROP CHECK chk, ADD CONSTRAINT Chk CHECK (a > 1)",
            })
    void namesAreFoundInWhateverCaseAndByWhatTheStatementItselfDoes(String sql) {
        assertThat(why(sql, MYSQL)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t MODIFY COLUMN IF EXISTS missing INT, DROP COLUMN a",
                "ALTER TABLE t ALTER COLUMN IF EXISTS missing SET DEFAULT 1, DROP COLUMN a",
                "ALTER TABLE t ADD INDEX IF NOT EXISTS k1 (a), DROP COLUMN b",
                "ALTER TABLE t ADD CONSTRAINT IF NOT EXISTS chk CHECK (a > 1), DROP COLUMN b",
            })
    void aConditionLeavesTheRestToBeJudged(String sql) {
        assertThat(why(sql, MARIADB)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ADD COLUMN A int",
                "ALTER TABLE t MODIFY missing int",
                "ALTER TABLE t ADD INDEX K1 (a)",
                "ALTER TABLE t ADD CONSTRAINT k1 UNIQUE (b)",
                "ALTER TABLE t ADD PRIMARY KEY (b)",
            })
    void whatMySqlRefusesForCertainIsLeftToIt(String sql) {
        assertThat(why(sql, MYSQL)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t DROP COLUMN missing",
                "ALTER TABLE t ADD COLUMN a int",
                "ALTER TABLE t DROP COLUMN a, ALTER COLUMN a SET NOT NULL",
            })
    void whatTheServerRefusesForCertainIsLeftToIt(String sql) {
        assertThat(why(sql, POSTGRES)).isPresent();
    }

    private static Optional<String> why(String sql, ServerVersion version) {
        LexicalRules rules = LexicalRules.defaults(version);
        SchemaChange change =
                new DdlParser().parse(sql, Splitter.split(sql, rules).getFirst(), rules);
        return RefusedActions.why((SchemaChange.AlterTable) change, table(version), Facts.assumed(version));
    }

    private static RelationFacts table(ServerVersion version) {
        boolean mysql = version.dialect().isMySqlFamily();
        return new RelationFacts(
                QualifiedName.of("public", "t"),
                1,
                Kind.TABLE,
                false,
                true,
                true,
                1,
                1,
                List.of(column("a"), column("b")),
                2,
                List.of(
                        new ConstraintFacts("t_pkey", 'p', List.of("a"), "", true, Optional.empty()),
                        new ConstraintFacts("chk", 'c', List.of("a"), "", true, Optional.empty())),
                List.of(
                        new IndexFacts("PRIMARY", true, true, true, false, "btree", List.of("a"), ""),
                        new IndexFacts("k1", false, false, true, false, "btree", List.of("b"), "")),
                List.of(),
                List.of(),
                Optional.empty(),
                "postgres",
                List.of(),
                Optional.empty(),
                mysql ? Map.of("engine", "InnoDB") : Map.of(),
                List.of());
    }

    private static ColumnFacts column(String name) {
        return new ColumnFacts(name, "integer", false, Optional.empty(), false, false);
    }
}
