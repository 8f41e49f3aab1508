package dev.sluice.policies.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** NOT NULL without a default: refused, and EXPLAIN shows what a directive would make of it. */
class MissingValueTest {

    private static final String BARE = "ALTER TABLE orders ADD COLUMN region varchar(20) NOT NULL";
    private static final PolicyContext SOMEBODY = PolicyContext.anywhere(Instant.EPOCH);

    private enum Server {
        POSTGRES(ServerVersion.postgres(18)),
        MYSQL(ServerVersion.mysql(8, 4, 0));

        private final ServerVersion version;

        Server(ServerVersion version) {
            this.version = version;
        }
    }

    private record Judged(Decision run, Decision explained) {
        static Judged of(Server server, String sql, Policy policy) {
            LexicalRules rules = LexicalRules.defaults(server.version);
            StatementText text = Splitter.split(sql, rules).getFirst();
            SchemaChange change = new DdlParser().parse(sql, text, rules);
            Facts facts = Facts.assumed(server.version);
            StatementContext context = new StatementContext(false, Set.of(), text.directives(), SOMEBODY);
            Judge judge = new Judge();
            return new Judged(
                    judge.judge(change, facts, context, policy), judge.explain(change, facts, context, policy));
        }
    }

    private static Policy says(Action action) {
        return new Policy() {
            @Override
            public Optional<Setting> setting(String ruleId, PolicyContext context) {
                return ruleId.equals("add-column-not-null-no-default")
                        ? Optional.of(new Setting(action, "the test"))
                        : Optional.empty();
            }

            @Override
            public boolean judges() {
                return true;
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void explainSaysThatItIsRefusedAndShowsThePhasesOfADirective(Server server) {
        Judged judged = Judged.of(server, BARE, Policy.DEFAULTS);

        assertThat(judged.run().verdict()).isEqualTo(Verdict.REJECT);
        Decision explained = judged.explained();
        assertThat(explained.verdict()).isEqualTo(Verdict.PHASE);
        assertThat(explained.action()).isEqualTo("block");
        assertThat(explained.why())
                .startsWith("As it stands the statement is refused: ")
                .contains("/* sluice: backfill=\"<backfill expression>\" */");
        assertThat(explained.plan().phases())
                .flatExtracting(Phase::steps)
                .filteredOn(Step.Backfill.class::isInstance)
                .isNotEmpty()
                .allSatisfy(step -> assertThat(((Step.Backfill) step).assignments())
                        .containsExactly(new Step.Assignment("region", "(<backfill expression>)")));
    }

    @ParameterizedTest
    @EnumSource
    void aDirectiveIsFollowedWhereTheColumnMayStayEmptyToo(Server server) {
        for (String column : List.of("region varchar(20)", "region varchar(20) DEFAULT 'x'")) {
            String sql = "ALTER TABLE orders ADD COLUMN " + column + " /* sluice: backfill=\"upper(city)\" */";

            Decision decision = Judged.of(server, sql, Policy.DEFAULTS).run();

            assertThat(decision.verdict()).isEqualTo(Verdict.PHASE);
            assertThat(decision.plan().phases())
                    .flatExtracting(Phase::steps)
                    .filteredOn(Step.Backfill.class::isInstance)
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatMoreThanAValueIsInTheWayOfIsExplainedAsItIsRefused(Server server) {
        for (String sql : List.of(
                "ALTER TABLE orders DROP COLUMN region, ADD COLUMN region varchar(20) NOT NULL",
                "ALTER TABLE orders ADD COLUMN a int NOT NULL, ADD COLUMN b int NOT NULL")) {
            Judged judged = Judged.of(server, sql, Policy.DEFAULTS);

            assertThat(judged.run().verdict()).isEqualTo(Verdict.REJECT);
            assertThat(judged.explained()).isEqualTo(judged.run());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPolicyThatBlocksItWithADirectiveTooHasNoPhasesToShow(Server server) {
        Judged judged = Judged.of(server, BARE, says(Action.BLOCK));

        assertThat(judged.explained()).isEqualTo(judged.run());
        assertThat(judged.run().verdict()).isEqualTo(Verdict.REJECT);
    }

    @ParameterizedTest
    @EnumSource(names = {"ALLOW", "WARN", "GUARD", "REWRITE"})
    void onMySqlAPolicyCanLetRowsHaveTheServersImplicitValue(Action action) {
        Decision decision = Judged.of(Server.MYSQL, BARE, says(action)).run();

        assertThat(decision.verdict()).isIn(Verdict.GUARD, Verdict.REWRITE);
        assertThat(decision.plan().phases())
                .flatExtracting(Phase::steps)
                .singleElement()
                .isInstanceOf(Step.Statements.class);
    }

    @Test
    void onPostgresThereIsNothingThatAPolicyCouldAskFor() {
        assertThat(Judged.of(Server.POSTGRES, BARE, says(Action.REWRITE)).run().verdict())
                .isEqualTo(Verdict.REJECT);
    }
}
