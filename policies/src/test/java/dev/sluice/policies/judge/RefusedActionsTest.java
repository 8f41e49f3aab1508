package dev.sluice.policies.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.ColumnFacts;
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

    private static final LexicalRules RULES = LexicalRules.defaults(ServerVersion.postgres(18));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t DROP COLUMN a",
                "ALTER TABLE t DROP COLUMN IF EXISTS a",
                "ALTER TABLE t ADD COLUMN c int, DROP COLUMN a",
                "ALTER TABLE t DROP COLUMN a, ADD COLUMN a bigint",
                "ALTER TABLE t DROP COLUMN a, DROP COLUMN b",
                "ALTER TABLE t DROP COLUMN IF EXISTS missing",
            })
    void whatMayBeThereIsJudged(String sql) {
        assertThat(why(sql)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t DROP COLUMN missing",
                "ALTER TABLE t ADD COLUMN a int",
                "ALTER TABLE t DROP COLUMN a, ALTER COLUMN a SET NOT NULL",
            })
    void whatTheServerRefusesForCertainIsLeftToIt(String sql) {
        assertThat(why(sql)).isPresent();
    }

    private static Optional<String> why(String sql) {
        SchemaChange change =
                new DdlParser().parse(sql, Splitter.split(sql, RULES).getFirst(), RULES);
        return RefusedActions.why((SchemaChange.AlterTable) change, table(), Facts.assumed(ServerVersion.postgres(18)));
    }

    private static RelationFacts table() {
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
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                "postgres",
                List.of(),
                Optional.empty(),
                Map.of(),
                List.of());
    }

    private static ColumnFacts column(String name) {
        return new ColumnFacts(name, "integer", false, Optional.empty(), false, false);
    }
}
