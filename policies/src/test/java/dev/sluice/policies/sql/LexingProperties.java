package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.sql.StatementText.Kind;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class LexingProperties {
    private static final EnumSet<Kind> HARMLESS = EnumSet.of(Kind.DATA, Kind.TRANSACTION, Kind.SETTING);
    private static final List<LexicalRules> RULES = List.of(
            LexicalRules.defaults(ServerVersion.postgres(18)),
            new LexicalRules(ServerVersion.postgres(13), false, false, false),
            LexicalRules.defaults(ServerVersion.mysql(8, 4, 3)),
            new LexicalRules(ServerVersion.mysql(9, 7, 4), true, true, true),
            LexicalRules.defaults(ServerVersion.mariadb(11, 4, 5)));
    private static final List<String> STATEMENTS = List.of(
            "select a , b from t where c = 'x;y'",
            "update t set a = 1 where b = 2",
            "update t set a = ( select 1 from u where 1 = 1 )",
            "delete from t",
            "insert into t ( a ) values ( 1 )",
            "insert into t select * from u",
            "alter table t add column c int default 'a' not null",
            "create index i on t ( a )",
            "explain alter table t add column c int",
            "drop table if exists t cascade",
            "begin ; alter table t add c int ; commit",
            "select 1 ; select 2 ; truncate table t",
            "show sluice migrations",
            "call p ( )",
            "with x as ( select 1 ) select * from x");
    private static final List<String> GAPS =
            List.of(" ", "\n", "\t ", "/**/", "/* ; drop table t */", "-- '\n", " /* \" */\r\n", "\f", "/* app:x */ ");
    private static final List<String> PIECES = List.of(
            "select",
            "INSERT",
            "update",
            "delete",
            "into",
            "where",
            "from",
            "values",
            "alter table",
            "t",
            "a$$",
            "$$",
            "$x$",
            "$1",
            "'",
            "''",
            "\"",
            "`",
            "\\",
            "E'",
            "U&'",
            "b'",
            ";",
            "(",
            ")",
            "--",
            "-- ",
            "/*",
            "*/",
            "/*!",
            "/*!50003 ",
            "/*!99999 ",
            "/*M!",
            "#",
            "\n",
            "\r",
            " ",
            ",",
            ".",
            "=",
            "1",
            "1e",
            "begin",
            "end",
            "case",
            "not",
            "atomic",
            "@a",
            ":",
            "::",
            "é",
            "\0",
            "/* sluice: ticket=a */",
            "set sql_mode='ANSI'",
            "create procedure p()",
            "create function f()",
            "x'",
            "n'",
            "explain",
            "with x as");

    @Provide
    Arbitrary<String> soup() {
        return Arbitraries.of(PIECES).list().ofMaxSize(25).map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<String> spacedSoup() {
        return Arbitraries.of(PIECES).list().ofMaxSize(25).map(pieces -> String.join(" ", pieces));
    }

    @Property(tries = 2000)
    void caseCommentsAndBlanksNeverChangeTheInterest(@ForAll Random random) {
        String plain = STATEMENTS.get(random.nextInt(STATEMENTS.size()));
        StringBuilder varied = new StringBuilder(gap(random));
        for (String token : plain.split(" ")) {
            varied.append(random.nextBoolean() ? token : token.toUpperCase(Locale.ROOT))
                    .append(gap(random));
        }
        for (LexicalRules rules : RULES) {
            assertThat(ClassifierTest.of(varied.toString(), rules))
                    .as("%s as %s", varied, rules)
                    .isEqualTo(ClassifierTest.of(plain, rules));
            assertThat(Splitter.split(varied.toString(), rules).stream().map(StatementText::kind))
                    .isEqualTo(Splitter.split(plain, rules).stream()
                            .map(StatementText::kind)
                            .toList());
        }
    }

    private static String gap(Random random) {
        return GAPS.get(random.nextInt(GAPS.size()));
    }

    @Property(tries = 4000)
    void whatIsNotJudgedSplitsIntoHarmlessStatements(@ForAll("soup") String sql) {
        agree(sql);
    }

    @Property(tries = 4000)
    void whatIsNotJudgedSplitsIntoHarmlessStatementsWithBlanksToo(@ForAll("spacedSoup") String sql) {
        agree(sql);
    }

    private static void agree(String sql) {
        for (LexicalRules rules : RULES) {
            List<StatementText> statements = Splitter.splitWithoutDirectives(sql, rules);
            int from = 0;
            for (StatementText statement : statements) {
                assertThat(statement.start()).isGreaterThanOrEqualTo(from);
                assertThat(statement.end()).isBetween(statement.start() + 1, sql.length());
                from = statement.end();
            }
            if (ClassifierTest.of(sql, rules) != Interest.JUDGE) {
                assertThat(statements)
                        .as("%s as %s", sql, rules)
                        .allSatisfy(s -> assertThat(HARMLESS).contains(s.kind()));
            }
        }
    }

    @Property(tries = 4000)
    void theShortcutOnlyTakesWhatTheReaderFindsPlain(@ForAll("spacedSoup") String soup) {
        for (String lead : List.of("select ", "insert into t ", "update t set a = 1 where ", "delete from ")) {
            byte[] text = (lead + soup).getBytes(StandardCharsets.UTF_8);
            for (LexicalRules rules : RULES) {
                if (Shortcut.isPlain(text, 0, text.length, rules.dialect() == Dialect.POSTGRES)) {
                    StatementReader reader = new StatementReader(text, 0, text.length, rules);
                    assertThat(reader.next()).isTrue();
                    assertThat(reader.interest()).as(lead + soup).isEqualTo(Interest.NONE);
                    assertThat(reader.next()).isFalse();
                }
            }
        }
    }

    @Property(tries = 2000)
    void noBytesAreTooOdd(@ForAll byte[] bytes) {
        for (LexicalRules rules : RULES) {
            assertThat(Classifier.classify(bytes, 0, bytes.length, rules)).isNotNull();
        }
    }
}
