package dev.sluice.policies.ddl.parser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every action and statement of the manuals, each with the model that it must give. */
class ModelTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));
    private static final LexicalRules MARIADB = LexicalRules.defaults(ServerVersion.mariadb(11, 4, 5));

    private final DdlParser parser = new DdlParser();

    static List<Arguments> understood() throws IOException {
        List<Arguments> cases = new ArrayList<>();
        addPairs(cases, POSTGRES, "postgres.txt");
        addPairs(cases, MYSQL, "mysql.txt");
        addPairs(cases, MARIADB, "mariadb.txt");
        return cases;
    }

    static List<Arguments> notUnderstood() throws IOException {
        List<Arguments> cases = new ArrayList<>();
        lines("postgres-unrecognized.txt").forEach(line -> cases.add(Arguments.of(POSTGRES, line)));
        lines("mysql-unrecognized.txt").forEach(line -> cases.add(Arguments.of(MYSQL, line)));
        return cases;
    }

    private static void addPairs(List<Arguments> cases, LexicalRules rules, String file) throws IOException {
        List<String> lines = lines(file);
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            cases.add(Arguments.of(rules, lines.get(i), lines.get(i + 1).strip()));
        }
    }

    private static List<String> lines(String file) throws IOException {
        try (InputStream in = Objects.requireNonNull(ModelTest.class.getResourceAsStream("/statements/" + file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("understood")
    void aStatementGivesItsModel(LexicalRules rules, String statement, String outline) {
        assertThat(Outline.of(parser.parse(statement, rules))).isEqualTo(outline);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("notUnderstood")
    void whatIsNotUnderstoodInFullIsUnrecognizedWithAReason(LexicalRules rules, String statement) {
        SchemaChange change = parser.parse(statement, rules);
        assertThat(change).isInstanceOfSatisfying(SchemaChange.Unrecognized.class, unrecognized -> {
            assertThat(unrecognized.reason()).isNotBlank();
            assertThat(unrecognized.commandTag()).isNotBlank();
        });
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("understood")
    void positionsAreThoseOfTheMessage(LexicalRules rules, String statement) {
        String before = "/* ü */ SELECT 1; ";
        String message = before + statement + "; SELECT 2";
        SchemaChange alone = parser.parse(statement, rules);
        SchemaChange inside = parser.parse(message, before.length(), before.length() + statement.length(), rules);
        assertThat(inside.source().start() - before.length())
                .isEqualTo(alone.source().start());
        assertThat(inside.source().text()).isEqualTo(alone.source().text());
        assertThat(Outline.of(inside)).isEqualTo(Outline.of(alone));
    }
}
