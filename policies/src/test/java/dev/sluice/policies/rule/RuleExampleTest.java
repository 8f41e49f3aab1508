package dev.sluice.policies.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.judge.Judge;
import dev.sluice.policies.judge.SchemaModel;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.Directives;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of the reference page, on the newest version of each engine. */
class RuleExampleTest {

    /** These look at more than the statement and its table: other statements, the clock, another version. */
    private static final Set<String> DECIDED_ELSEWHERE = Set.of(
            "add-column-references-ignored",
            "concurrent-in-transaction",
            "conflicting-migration",
            "data-change-in-ddl-transaction",
            "freeze-window",
            "missing-lock-timeout",
            "statement-after-exclusive-lock",
            "unbounded-dml");

    private static final Map<Dialect, List<String>> TABLES = Map.of(
            Dialect.POSTGRES,
            List.of(
                    "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, note text, qty int)",
                    "CREATE TABLE events (id bigint, kind text) PARTITION BY RANGE (id)",
                    "CREATE MATERIALIZED VIEW order_totals AS SELECT id FROM orders"),
            Dialect.MYSQL,
            List.of(
                    "CREATE TABLE orders (id BIGINT PRIMARY KEY, nickname VARCHAR(60), qty INT,"
                            + " status ENUM('new', 'paid'))",
                    "CREATE TABLE zipped (id INT PRIMARY KEY) ROW_FORMAT = COMPRESSED"));

    private static final DdlParser PARSER = new DdlParser();

    static Stream<Arguments> examples() {
        return Stream.of(ServerVersion.postgres(18), ServerVersion.mysql(9, 7, 0), ServerVersion.mariadb(11, 8, 0))
                .flatMap(version -> Rules.all().stream()
                        .filter(rule -> rule.engine(version.dialect()).isPresent())
                        .filter(rule -> !DECIDED_ELSEWHERE.contains(rule.id()))
                        .map(rule -> Arguments.of(rule.id(), version, rule)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("examples")
    void theExampleIsCaughtByItsRule(String id, ServerVersion version, Rule rule) {
        Rule.Engine engine = rule.engine(version.dialect()).orElseThrow();
        String example = engine.advice().example();
        SchemaModel model = new SchemaModel(version, "shop");
        Dialect tables = version.dialect().isMySqlFamily() ? Dialect.MYSQL : Dialect.POSTGRES;
        TABLES.getOrDefault(tables, List.of()).forEach(table -> model.apply(parse(table, version)));
        SchemaChange change = parse(example, version);
        Facts facts = model.facts(new Judge().needs(change));

        assertThat(change instanceof SchemaChange.Unrecognized).isEqualTo(id.equals("unparsed-ddl"));
        assertThat(engine.check().hits(new Subject(change, facts, false, Set.of(), Directives.NONE)))
                .isNotEmpty();
    }

    private static SchemaChange parse(String statement, ServerVersion version) {
        LexicalRules rules = LexicalRules.defaults(version);
        return PARSER.parse(statement, Splitter.split(statement, rules).getLast(), rules);
    }
}
