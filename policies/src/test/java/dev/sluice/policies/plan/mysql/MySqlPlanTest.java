package dev.sluice.policies.plan.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Judge;
import dev.sluice.policies.judge.SchemaModel;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The statements that a column addition is taken apart into, as they are sent. */
class MySqlPlanTest {

    private static final LexicalRules RULES = LexicalRules.defaults(ServerVersion.mysql(9, 7, 0));
    private static final DdlParser PARSER = new DdlParser();

    private final Judge judge = new Judge();

    private List<String> sent(String sql) {
        SchemaModel model = new SchemaModel(RULES.version(), "shop");
        model.apply(parse("CREATE TABLE orders (id INT PRIMARY KEY, qty INT)"));
        SchemaChange change = parse(sql);
        StatementContext context =
                new StatementContext(false, Set.of(), text(sql).directives(), PolicyContext.anywhere(Instant.EPOCH));
        Decision decision = judge.judge(change, model.facts(judge.needs(change)), context, Policy.DEFAULTS);
        return decision.plan().phases().stream()
                .flatMap(MySqlPlanTest::statements)
                .toList();
    }

    private static SchemaChange parse(String sql) {
        return PARSER.parse(sql, text(sql), RULES);
    }

    private static StatementText text(String sql) {
        return Splitter.split(sql, RULES).getFirst();
    }

    private static Stream<String> statements(Phase phase) {
        return phase.steps().stream().flatMap(step -> switch (step) {
            case Step.Statements statements -> statements.sql().stream();
            case Step.Online online -> Stream.of(online.sql());
            case Step.Backfill fill -> Stream.<String>empty();
            case Step.Batches batches -> Stream.<String>empty();
            case Step.Verify verify -> Stream.<String>empty();
        });
    }

    @Test
    void whatStandsWithinParenthesesIsAddedPieceByPiece() {
        assertThat(
                        sent(
                                "ALTER TABLE orders ADD COLUMN (x INT NOT NULL DEFAULT 1, y CHAR(3), INDEX ix (x), UNIQUE (y))"))
                .containsExactly(
                        "ALTER TABLE `shop`.`orders` ADD COLUMN x INT NOT NULL DEFAULT 1, ALGORITHM=INSTANT",
                        "ALTER TABLE `shop`.`orders` ADD COLUMN y CHAR(3), ALGORITHM=INSTANT",
                        "ALTER TABLE `shop`.`orders` ADD INDEX ix (x), ALGORITHM=INPLACE, LOCK=NONE",
                        "ALTER TABLE `shop`.`orders` ADD UNIQUE (y), ALGORITHM=INPLACE, LOCK=NONE");
    }

    @Test
    void aLiteralWithinParenthesesIsSetAsTheColumnHasIt() {
        assertThat(sent("ALTER TABLE orders ADD j JSON NOT NULL DEFAULT ('{}') COMMENT 'c' AFTER id"))
                .containsExactly(
                        "ALTER TABLE `shop`.`orders` ADD j JSON NOT NULL  COMMENT 'c' AFTER id, ALGORITHM=INSTANT",
                        "ALTER TABLE `shop`.`orders` MODIFY COLUMN j JSON NOT NULL DEFAULT ('{}') COMMENT 'c', ALGORITHM=INSTANT");
    }

    @Test
    void aValueForEachRowIsADefaultThatTheBinaryLogTakes() {
        assertThat(sent("ALTER TABLE orders ADD u CHAR(36) DEFAULT (UUID())"))
                .contains("ALTER TABLE `shop`.`orders` ALTER COLUMN `u` SET DEFAULT (UUID()), ALGORITHM=INSTANT");
    }

    @Test
    void aTimestampEndsWithTheDefaultThatItsServerGivesIt() {
        assertThat(sent("ALTER TABLE orders ADD t TIMESTAMP NOT NULL /* sluice: backfill=\"now()\" */"))
                .last()
                .isEqualTo("ALTER TABLE `shop`.`orders` MODIFY COLUMN t TIMESTAMP NOT NULL, ALGORITHM=INSTANT");
    }
}
