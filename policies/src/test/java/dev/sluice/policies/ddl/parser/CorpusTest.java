package dev.sluice.policies.ddl.parser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));

    private final DdlParser parser = new DdlParser();

    static List<Corpus.Line> postgres() {
        return Corpus.read("postgres-ddl.tsv").stream()
                .filter(CorpusTest::isSchemaChange)
                .toList();
    }

    static List<Corpus.Line> mysql() {
        return Corpus.read("mysql-ddl.tsv").stream()
                .filter(CorpusTest::isSchemaChange)
                .toList();
    }

    private static boolean isSchemaChange(Corpus.Line line) {
        return !line.statement().startsWith("INSERT");
    }

    @ParameterizedTest
    @MethodSource("postgres")
    void everyStatementOfThePostgresCorpusIsUnderstood(Corpus.Line line) {
        assertUnderstood(parser.parse(line.statement(), POSTGRES));
    }

    @ParameterizedTest
    @MethodSource("mysql")
    void everyStatementOfTheMysqlCorpusIsUnderstood(Corpus.Line line) {
        assertUnderstood(parser.parse(line.statement(), MYSQL));
    }

    private static void assertUnderstood(SchemaChange change) {
        assertThat(change).isNotInstanceOf(SchemaChange.Unrecognized.class);
    }
}
