package dev.sluice.policies.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.ddl.parser.Corpus;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The order of a column's options, and of the actions of an ALTER TABLE, changes nothing of a verdict. */
class OptionOrderTest {
    static Stream<Arguments> reordered() {
        return Stream.of(CorpusServer.values())
                .flatMap(server -> server.lines().stream()
                        .flatMap(line -> Stream.of(options(line.statement(), server), actions(line.statement(), server))
                                .flatMap(Optional::stream)
                                .map(variant -> Arguments.of(line, variant, server))));
    }

    /** The options of its only new column from the last to the first. */
    private static Optional<String> options(String statement, CorpusServer server) {
        if (!(server.parse(statement) instanceof SchemaChange.AlterTable alter)
                || alter.actions().size() != 1
                || !(alter.actions().getFirst() instanceof AlterAction.AddColumn add)) {
            return Optional.empty();
        }
        List<ColumnConstraint> options = add.column().constraints();
        boolean fixed = options.stream()
                .anyMatch(o -> o instanceof ColumnConstraint.Deferrability
                        || o instanceof ColumnConstraint.Generated && server == CorpusServer.MYSQL);
        return fixed
                ? Optional.empty()
                : reversed(
                        statement,
                        options.stream().map(ColumnConstraint::source).toList(),
                        " ");
    }

    /** The actions from the last to the first, where each is about something else. */
    private static Optional<String> actions(String statement, CorpusServer server) {
        if (!(server.parse(statement) instanceof SchemaChange.AlterTable alter)
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
    void theOrderDoesNotMatter(Corpus.Line line, String variant, CorpusServer server) {
        Decision plain = server.judge(line.statement());
        Decision varied = server.judge(variant);
        assertThat(varied.ruleIds()).containsExactlyInAnyOrderElementsOf(plain.ruleIds());
        assertThat(varied.verdict()).isEqualTo(plain.verdict());
    }
}
