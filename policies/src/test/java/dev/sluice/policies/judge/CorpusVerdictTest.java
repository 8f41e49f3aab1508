package dev.sluice.policies.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.parser.Corpus;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusVerdictTest {

    static List<Corpus.Line> postgres() {
        return CorpusServer.POSTGRES.lines();
    }

    static List<Corpus.Line> mysql() {
        return CorpusServer.MYSQL.lines();
    }

    static Stream<Arguments> manuals() {
        return Stream.of(
                        CorpusServer.POSTGRES_MANUAL,
                        CorpusServer.MYSQL_MANUAL,
                        CorpusServer.MARIADB_MANUAL,
                        CorpusServer.POSTGRES_MORE,
                        CorpusServer.POSTGRES_KINDS,
                        CorpusServer.MYSQL_MORE)
                .flatMap(server -> server.lines().stream().map(line -> Arguments.of(line, server)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("manuals")
    void statementsOfTheManualsAndMoreAreJudgedAsLabelled(Corpus.Line line, CorpusServer server) {
        verify(line, server);
    }

    @ParameterizedTest
    @MethodSource("postgres")
    void postgresStatementsAreJudgedAsLabelled(Corpus.Line line) {
        verify(line, CorpusServer.POSTGRES);
    }

    @ParameterizedTest
    @MethodSource("mysql")
    void mysqlStatementsAreJudgedAsLabelled(Corpus.Line line) {
        verify(line, CorpusServer.MYSQL);
    }

    private static void verify(Corpus.Line line, CorpusServer server) {
        Decision explained = server.explain(line.statement());
        assertThat(explained.ruleIds()).isEqualTo(line.rules());
        // No value of a geometry can stand for none, and without one the column is not added instantly.
        boolean geometry = line.id().equals("my-166");
        assertThat(geometry ? List.of(Verdict.REJECT) : classes(line)).contains(explained.verdict());

        Decision decision = server.judge(line.statement());
        assertThat(decision.ruleIds()).isEqualTo(line.rules());
        if (line.rules().contains("add-column-not-null-no-default")) {
            assertThat(decision.verdict()).isEqualTo(Verdict.REJECT);
        } else {
            assertThat(decision.verdict()).isEqualTo(explained.verdict());
        }
    }

    private static List<Verdict> classes(Corpus.Line line) {
        return switch (line.verdict()) {
            case "safe" -> List.of(Verdict.FORWARD, Verdict.GUARD);
            case "rewrite" -> List.of(Verdict.REWRITE, Verdict.PHASE);
            default -> List.of(Verdict.PARK, Verdict.REJECT);
        };
    }
}
