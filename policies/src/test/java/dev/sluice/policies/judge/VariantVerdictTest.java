package dev.sluice.policies.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.parser.Corpus;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Case, white space, comments and quotes change nothing of a verdict. */
class VariantVerdictTest {

    private static final int VARIANTS = 4;
    private static final List<String> GAPS =
            List.of(" ", "  ", "\n", "\t", " /* DROP TABLE x */ ", "/**/", " -- NOT NULL\n", "\r\n", " /* it's */ ");

    /** Names of the fixtures, which may stand in quotes as well. */
    private static final Set<String> NAMES = Set.of(
            "orders", "customers", "note", "code", "qty", "nickname", "events", "status", "customer_id", "amount");

    static Stream<Arguments> variants() {
        return Stream.of(CorpusServer.values())
                .flatMap(server -> server.lines().stream()
                        .filter(line -> !line.statement().contains("/*!"))
                        .flatMap(line -> IntStream.range(0, server.isLong() ? 1 : VARIANTS)
                                .mapToObj(i -> {
                                    Random random = new Random(31L * line.id().hashCode() + i);
                                    return Arguments.of(
                                            line, variant(line.statement(), server.rules(), random), server);
                                })));
    }

    private static String variant(String statement, LexicalRules rules, Random random) {
        StringBuilder sql = new StringBuilder();
        for (Token token : Scanner.tokens(statement, rules)) {
            if (!sql.isEmpty()) {
                sql.append(GAPS.get(random.nextInt(GAPS.size())));
            }
            sql.append(token.kind() == Token.Kind.WORD ? word(token, random) : token.text());
        }
        return sql.toString();
    }

    private static String word(Token token, Random random) {
        boolean postgres = token.dialect() == Dialect.POSTGRES;
        boolean name = NAMES.contains(token.text());
        if (name && random.nextBoolean()) {
            return postgres ? "\"" + token.text() + "\"" : "`" + token.text() + "`";
        }
        if (!postgres && !token.text().equals(token.text().toUpperCase(Locale.ROOT))) {
            return token.text();
        }
        return random.nextBoolean()
                ? token.text().toUpperCase(Locale.ROOT)
                : token.text().toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest(name = "{0} as {1}")
    @MethodSource("variants")
    void aVariantIsJudgedLikeTheStatement(Corpus.Line line, String variant, CorpusServer server) {
        Decision plain = server.judge(line.statement());
        Decision varied = server.judge(variant);
        assertThat(varied.ruleIds()).isEqualTo(plain.ruleIds());
        assertThat(varied.verdict()).isEqualTo(plain.verdict());
    }
}
