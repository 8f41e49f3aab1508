package dev.sluice.policies.ddl.parser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A model, written as SQL in any of the ways that mean it, is read as the same model. */
class ParserProperties {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));
    private static final List<Corpus.Line> STATEMENTS = Corpus.read("postgres-ddl.tsv");

    private final DdlParser parser = new DdlParser();

    @Property(tries = 2000)
    void whatIsPrintedForPostgresIsReadAsTheSame(@ForAll long seed) {
        roundTrip(seed, POSTGRES);
    }

    @Property(tries = 2000)
    void whatIsPrintedForMysqlIsReadAsTheSame(@ForAll long seed) {
        roundTrip(seed, MYSQL);
    }

    private void roundTrip(long seed, LexicalRules rules) {
        Random random = new Random(seed);
        SchemaChange model = new RandomChange(random, rules.dialect()).next();
        SqlPrinter printer = new SqlPrinter(random, rules.dialect());
        new ChangePrinter(printer, rules.dialect()).print(model);
        assertThat(Outline.of(parser.parse(printer.toString(), rules)))
                .as(printer.toString())
                .isEqualTo(Outline.of(model));
    }

    @Property(tries = 1000)
    void randomTokensNeverThrow(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> tokens = List.of(
                "ALTER",
                "TABLE",
                "ADD",
                "COLUMN",
                "DROP",
                "CREATE",
                "INDEX",
                "t",
                "(",
                ")",
                ",",
                "'a",
                "'b'",
                "\"c\"",
                "`d`",
                "NOT",
                "NULL",
                "DEFAULT",
                "1",
                "::",
                "/*",
                "*/",
                "/*!50000",
                "--",
                "$$",
                "ON",
                "CHECK",
                "SCHEMA",
                "UNIQUE",
                "TYPE",
                "SET",
                "PARTITION",
                "BY",
                "AS",
                "SELECT",
                "INTO",
                ".",
                "=",
                "[",
                "]",
                "\\",
                "U&\"\\00\"");
        StringBuilder sql = new StringBuilder(random.nextBoolean() ? "ALTER TABLE t " : "CREATE ");
        IntStream.range(0, random.nextInt(20))
                .forEach(i -> sql.append(tokens.get(random.nextInt(tokens.size())))
                        .append(random.nextInt(5) == 0 ? "" : " "));
        for (LexicalRules rules : List.of(POSTGRES, MYSQL)) {
            assertThat(parser.parse(sql.toString(), 0, sql.length(), rules)).isNotNull();
        }
    }

    @Property(tries = 1000)
    void aStatementThatIsCutAnywhereNeverThrows(@ForAll long seed) {
        Random random = new Random(seed);
        String statement = STATEMENTS.get(random.nextInt(STATEMENTS.size())).statement();
        int end = random.nextInt(statement.length() + 1);
        for (LexicalRules rules : List.of(POSTGRES, MYSQL)) {
            assertThat(parser.parse(statement, 0, end, rules)).isNotNull();
        }
    }

    @Property(tries = 1000)
    void junkBehindAStatementIsNeverLost(@ForAll long seed) {
        Random random = new Random(seed);
        boolean postgres = random.nextBoolean();
        Dialect dialect = postgres ? Dialect.POSTGRES : Dialect.MYSQL;
        SqlPrinter printer = new SqlPrinter(random, dialect);
        printer.words("ALTER TABLE").name("t").words("ADD COLUMN").name("c").words("int");
        List<String> junk = List.of("//", "// NOT NULL", "*/", "]", ")", "; x", "?", "!", "{}", "\\", "SELECT", "5");
        printer.raw(junk.get(random.nextInt(junk.size())));
        assertThat(parser.parse(printer.toString(), 0, printer.toString().length(), postgres ? POSTGRES : MYSQL))
                .isInstanceOf(SchemaChange.Unrecognized.class);
    }
}
