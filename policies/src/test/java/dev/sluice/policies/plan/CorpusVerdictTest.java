package dev.sluice.policies.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.Corpus;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.facts.Facts;
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
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusVerdictTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));
    private static final PolicyContext SOMEBODY =
            new PolicyContext("", "", Optional.empty(), "", "", "", -1, -1, Instant.EPOCH);
    private static final DdlParser PARSER = new DdlParser();

    private final Judge judge = new Judge();

    static Stream<Corpus.Line> postgres() {
        return Corpus.read("postgres-ddl.tsv").stream().filter(l -> !l.id().isEmpty());
    }

    static Stream<Corpus.Line> mysql() {
        return Corpus.read("mysql-ddl.tsv").stream().filter(l -> !l.id().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("postgres")
    void postgresStatementsAreJudgedAsLabelled(Corpus.Line line) {
        verify(line, model("postgres-ddl.tsv", POSTGRES, "public"), POSTGRES);
    }

    @ParameterizedTest
    @MethodSource("mysql")
    void mysqlStatementsAreJudgedAsLabelled(Corpus.Line line) {
        verify(line, model("mysql-ddl.tsv", MYSQL, "shop"), MYSQL);
    }

    private static SchemaModel model(String file, LexicalRules rules, String schema) {
        SchemaModel model = new SchemaModel(rules.version(), schema);
        Corpus.read(file).stream()
                .filter(l -> l.id().isEmpty() && !l.statement().startsWith("INSERT"))
                .forEach(l -> model.apply(parse(l.statement(), rules)));
        return model;
    }

    private void verify(Corpus.Line line, SchemaModel model, LexicalRules rules) {
        StatementText text = Splitter.split(line.statement(), rules).getFirst();
        SchemaChange change = PARSER.parse(line.statement(), text, rules);
        StatementContext context = new StatementContext(false, Set.of(), text.directives(), SOMEBODY);
        Facts facts = model.facts(judge.needs(change));
        Decision explained = judge.explain(change, facts, context, Policy.DEFAULTS);
        assertThat(explained.ruleIds()).isEqualTo(line.rules());
        // No value of a geometry can stand for none, and without one the column is not added instantly.
        boolean geometry = line.id().equals("my-166");
        assertThat(geometry ? List.of(Verdict.REJECT) : classes(line)).contains(explained.verdict());

        Decision decision = judge.judge(change, facts, context, Policy.DEFAULTS);
        assertThat(decision.ruleIds()).isEqualTo(line.rules());
        if (line.rules().contains("add-column-not-null-no-default")) {
            assertThat(decision.verdict()).isEqualTo(Verdict.REJECT);
        } else {
            assertThat(decision.verdict()).isEqualTo(explained.verdict());
        }
    }

    private static SchemaChange parse(String statement, LexicalRules rules) {
        return PARSER.parse(statement, Splitter.split(statement, rules).getFirst(), rules);
    }

    private static List<Verdict> classes(Corpus.Line line) {
        return switch (line.verdict()) {
            case "safe" -> List.of(Verdict.FORWARD, Verdict.GUARD);
            case "rewrite" -> List.of(Verdict.REWRITE, Verdict.PHASE);
            default -> List.of(Verdict.PARK, Verdict.REJECT);
        };
    }
}
