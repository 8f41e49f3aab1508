package dev.sluice.policies.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.ddl.parser.Corpus;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The order of a column's options, and of the actions of an ALTER TABLE, changes nothing of a verdict. */
class OptionOrderTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));
    private static final PolicyContext SOMEBODY =
            new PolicyContext("", "", Optional.empty(), "", "", "", -1, -1, Instant.EPOCH);
    private static final DdlParser PARSER = new DdlParser();

    private final Judge judge = new Judge();

    static Stream<Arguments> reordered() {
        return Stream.concat(
                of("postgres-ddl.tsv", POSTGRES, model("postgres-ddl.tsv", POSTGRES, "public")),
                of("mysql-ddl.tsv", MYSQL, model("mysql-ddl.tsv", MYSQL, "shop")));
    }

    private static Stream<Arguments> of(String file, LexicalRules rules, SchemaModel model) {
        return Corpus.read(file).stream()
                .filter(line -> !line.id().isEmpty())
                .flatMap(line -> Stream.of(options(line.statement(), rules), actions(line.statement(), rules))
                        .flatMap(Optional::stream)
                        .map(variant -> Arguments.of(line, variant, rules, model)));
    }

    private static SchemaModel model(String file, LexicalRules rules, String schema) {
        SchemaModel model = new SchemaModel(rules.version(), schema);
        Corpus.read(file).stream()
                .filter(line -> line.id().isEmpty() && !line.statement().startsWith("INSERT"))
                .forEach(line -> model.apply(parse(line.statement(), rules)));
        return model;
    }

    /** The options of its only new column from the last to the first. */
    private static Optional<String> options(String statement, LexicalRules rules) {
        if (!(parse(statement, rules) instanceof SchemaChange.AlterTable alter)
                || alter.actions().size() != 1
                || !(alter.actions().getFirst() instanceof AlterAction.AddColumn add)) {
            return Optional.empty();
        }
        List<ColumnConstraint> options = add.column().constraints();
        boolean fixed = options.stream()
                .anyMatch(o -> o instanceof ColumnConstraint.Deferrability
                        || o instanceof ColumnConstraint.Generated
                                && rules.dialect().isMySqlFamily());
        return fixed
                ? Optional.empty()
                : reversed(
                        statement,
                        options.stream().map(ColumnConstraint::source).toList(),
                        " ");
    }

    /** The actions from the last to the first, where each is about something else. */
    private static Optional<String> actions(String statement, LexicalRules rules) {
        if (!(parse(statement, rules) instanceof SchemaChange.AlterTable alter)
                || !alter.options().source().isEmpty()
                || alter.actions().stream().anyMatch(AlterAction.ModifyColumn.class::isInstance)) {
            return Optional.empty();
        }
        return reversed(
                statement, alter.actions().stream().map(AlterAction::source).toList(), ",");
    }

    private static Optional<String> reversed(String statement, List<SourceText> parts, String separator) {
        boolean together = parts.size() > 1;
        for (int i = 1; i < parts.size(); i++) {
            String between =
                    statement.substring(parts.get(i - 1).end(), parts.get(i).start());
            together &= between.strip().equals(separator.strip());
        }
        if (!together) {
            return Optional.empty();
        }
        String middle = String.join(
                separator.strip() + " ",
                parts.reversed().stream().map(SourceText::text).toList());
        return Optional.of(statement.substring(0, parts.getFirst().start())
                + middle
                + statement.substring(parts.getLast().end()));
    }

    @ParameterizedTest(name = "{0} as {1}")
    @MethodSource("reordered")
    void theOrderDoesNotMatter(Corpus.Line line, String variant, LexicalRules rules, SchemaModel model) {
        Decision plain = judged(line.statement(), rules, model);
        Decision varied = judged(variant, rules, model);
        assertThat(varied.ruleIds()).containsExactlyInAnyOrderElementsOf(plain.ruleIds());
        assertThat(varied.verdict()).isEqualTo(plain.verdict());
    }

    private Decision judged(String statement, LexicalRules rules, SchemaModel model) {
        SchemaChange change = parse(statement, rules);
        StatementContext context = new StatementContext(
                false, Set.of(), Splitter.split(statement, rules).getFirst().directives(), SOMEBODY);
        return judge.judge(change, model.facts(judge.needs(change)), context, Policy.DEFAULTS);
    }

    private static SchemaChange parse(String statement, LexicalRules rules) {
        return PARSER.parse(statement, Splitter.split(statement, rules).getFirst(), rules);
    }
}
