package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScannerTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 3));

    private static List<String> tokens(String sql, LexicalRules rules) {
        return Scanner.tokens(sql, rules).stream().map(Token::toString).toList();
    }

    private static String value(String sql, LexicalRules rules) {
        return Scanner.of(sql, rules).next().value();
    }

    @Test
    void postgresTokensAreToldApart() {
        assertThat(tokens("select $1, a.b::text<>'x''y' /*c*/||1.5e-3..2 AND $q$z$q$ = ANY(E'\\'' )", POSTGRES))
                .containsExactly(
                        "word select",
                        "parameter $1",
                        "symbol ,",
                        "word a",
                        "symbol .",
                        "word b",
                        "symbol ::",
                        "word text",
                        "symbol <>",
                        "string 'x''y'",
                        "symbol ||",
                        "number 1.5e-3",
                        "symbol ..",
                        "number 2",
                        "word AND",
                        "dollar_string $q$z$q$",
                        "symbol =",
                        "word ANY",
                        "symbol (",
                        "string E'\\''",
                        "symbol )");
    }

    @Test
    void anOperatorEndsBeforeACommentAndASign() {
        assertThat(tokens("1+-2 a<-1 b@-1 c*--x\n/* */2", POSTGRES))
                .containsExactly(
                        "number 1",
                        "symbol +",
                        "symbol -",
                        "number 2",
                        "word a",
                        "symbol <",
                        "symbol -",
                        "number 1",
                        "word b",
                        "symbol @-",
                        "number 1",
                        "word c",
                        "symbol *",
                        "number 2");
    }

    @Test
    void mySqlTokensAreToldApart() {
        assertThat(tokens("@a := 1e3, `b``c`->>\"$.x\" <=> 0x1f and 1a <> @@global.x -- c\n? x'0f'", MYSQL))
                .containsExactly(
                        "variable @a",
                        "symbol :=",
                        "number 1e3",
                        "symbol ,",
                        "quoted_identifier `b``c`",
                        "symbol ->>",
                        "string \"$.x\"",
                        "symbol <=>",
                        "number 0x1f",
                        "word and",
                        "word 1a",
                        "symbol <>",
                        "variable @@global.x",
                        "parameter ?",
                        "string x'0f'");
    }

    @Test
    void identifiersAreFoldedDecodedAndCutAsTheServerDoes() {
        assertThat(value("OrdersÄ", POSTGRES)).isEqualTo("ordersÄ");
        assertThat(value("\"Or\"\"ders\"", POSTGRES)).isEqualTo("Or\"ders");
        assertThat(value("U&\"\\0073l_\\+00006d\"", POSTGRES)).isEqualTo("sl_m");
        assertThat(value("u&\"!0073x\" UESCAPE '!'", POSTGRES)).isEqualTo("sx");
        assertThat(value("é".repeat(40), POSTGRES)).isEqualTo("é".repeat(31));
        assertThat(value("`a``B`", MYSQL)).isEqualTo("a`B");
        assertThat(value("Orders", MYSQL)).isEqualTo("Orders");
        assertThat(value("$x$ a $x$", POSTGRES)).isEqualTo(" a ");
        assertThat(value("N'a''b'", POSTGRES)).isEqualTo("a'b");
    }

    @Test
    void whatIsUnterminatedReachesToTheEnd() {
        for (String sql : List.of("'a", "\"a", "$a$ b", "/* a", "/* /* */", "E'a\\", "`a", "'a\\", "U&'", "U&\"")) {
            for (LexicalRules rules : List.of(POSTGRES, MYSQL)) {
                Scanner scanner = Scanner.of(sql, rules);
                Token last = scanner.nextWithComments();
                while (last.kind() != Token.Kind.END) {
                    assertThat(last.value()).isNotNull();
                    last = scanner.nextWithComments();
                }
                assertThat(last.end()).isEqualTo(sql.length());
            }
        }
    }

    @Test
    void namesAndStringsAreQuoted() {
        assertThat(SqlText.quoteIdentifier(Dialect.POSTGRES, "a\"b")).isEqualTo("\"a\"\"b\"");
        assertThat(SqlText.quoteIdentifier(Dialect.MARIADB, "a`b")).isEqualTo("`a``b`");
        assertThat(SqlText.quoteLiteral(Dialect.POSTGRES, "it's")).isEqualTo("'it''s'");
        assertThat(SqlText.quoteLiteral(Dialect.POSTGRES, "a\\'")).isEqualTo("E'a\\\\'''");
        assertThat(SqlText.quoteLiteral(Dialect.MYSQL, "it's")).isEqualTo("'it''s'");
        assertThat(SqlText.quoteLiteral(Dialect.MYSQL, "a\\'")).isEqualTo("_utf8mb4 X'615c27'");
        assertThat(SqlText.quoteLiteral(Dialect.MYSQL, "é")).isEqualTo("_utf8mb4 X'c3a9'");
        assertThat(SqlText.quoteLiteral(new LexicalRules(ServerVersion.mysql(8, 4, 0), true, false, true), "a\\"))
                .isEqualTo("'a\\'");
        assertThat(SqlText.quoteQualified(Dialect.POSTGRES, java.util.Optional.of("s"), "t"))
                .isEqualTo("\"s\".\"t\"");
    }
}
