package dev.sluice.policies.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.Corpus;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.Token;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Case, white space, comments and quotes change nothing of a verdict. */
class VariantVerdictTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));
    private static final PolicyContext SOMEBODY =
            new PolicyContext("", "", Optional.empty(), "", "", "", -1, -1, Instant.EPOCH);
    private static final int VARIANTS = 4;
    private static final List<String> GAPS =
            List.of(" ", "  ", "\n", "\t", " /* DROP TABLE x */ ", "/**/", " -- NOT NULL\n", "\r\n", " /* it's */ ");

    /** Names of the fixtures, which may stand in quotes as well. */
    private static final Set<String> NAMES = Set.of(
            "orders", "customers", "note", "code", "qty", "nickname", "events", "status", "customer_id", "amount");

    private static final DdlParser PARSER = new DdlParser();

    private final Judge judge = new Judge();

    static Stream<Arguments> variants() {
        return Stream.concat(
                variants("postgres-ddl.tsv", POSTGRES, model("postgres-ddl.tsv", POSTGRES, "public")),
                variants("mysql-ddl.tsv", MYSQL, model("mysql-ddl.tsv", MYSQL, "shop")));
    }

    private static Stream<Arguments> variants(String file, LexicalRules rules, SchemaModel model) {
        return Corpus.read(file).stream()
                .filter(line -> !line.id().isEmpty() && !line.statement().contains("/*!"))
                .flatMap(line -> IntStream.range(0, VARIANTS)
                        .mapToObj(i -> Arguments.of(
                                line,
                                variant(
                                        line.statement(),
                                        rules,
                                        new Random(31L * line.id().hashCode() + i)),
                                rules,
                                model)));
    }

    private static SchemaModel model(String file, LexicalRules rules, String schema) {
        SchemaModel model = new SchemaModel(rules.version(), schema);
        Corpus.read(file).stream()
                .filter(line -> line.id().isEmpty() && !line.statement().startsWith("INSERT"))
                .forEach(line -> model.apply(parse(line.statement(), rules)));
        return model;
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
    void aVariantIsJudgedLikeTheStatement(Corpus.Line line, String variant, LexicalRules rules, SchemaModel model) {
        Decision plain = judged(line.statement(), rules, model);
        Decision varied = judged(variant, rules, model);
        assertThat(varied.ruleIds()).isEqualTo(plain.ruleIds());
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
