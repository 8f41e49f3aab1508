package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.sql.StatementText.Kind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitterTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 3));
    private static final LexicalRules MARIADB = LexicalRules.defaults(ServerVersion.mariadb(11, 4, 5));

    private static List<String> texts(String sql, LexicalRules rules) {
        return Splitter.split(sql, rules).stream().map(s -> s.in(sql)).toList();
    }

    private static Directives directives(String sql) {
        return Splitter.split(sql, POSTGRES).get(0).directives();
    }

    @Test
    void statementsAreWithoutSemicolonsBlanksAndOuterComments() {
        assertThat(texts(";; /* a */ select 1 /* in */ + 2 -- b\n ; ;\n alter table t add c int ;", POSTGRES))
                .containsExactly("select 1 /* in */ + 2", "alter table t add c int");
        assertThat(texts("\ufeffselect 'é;' ; select \"ü;\"", POSTGRES))
                .containsExactly("select 'é;'", "select \"ü;\"");
        assertThat(texts(" -- nothing", POSTGRES)).isEmpty();
    }

    @Test
    void bodiesOfStoredProgramsAreOneStatement() {
        String atomic = "create or replace function f(a int) returns int language sql begin atomic"
                + " select case when a > 1 then 1 else 2 end; select 2; end";
        assertThat(texts(atomic + "; select 1", POSTGRES)).containsExactly(atomic, "select 1");
        String rule = "create rule r as on insert to t do also (insert into a values (1); delete from b)";
        assertThat(texts(rule + "; select 1", POSTGRES)).containsExactly(rule, "select 1");
        assertThat(texts("create table t (begin int, event int); select 1", MYSQL))
                .hasSize(2);
        assertThat(texts("begin; select 1; end", POSTGRES)).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create procedure p() begin if a then select 1; elseif b then select if(1,2,3); end if; end",
                "create procedure p() begin declare x int; l: loop set x = x + 1; leave l; end loop l; end",
                "create procedure p() while x < 1 do set x = case when 1 then 2 else 3 end; end while",
                "create procedure p() begin repeat set x = repeat('a', 2); until x > 1 end repeat; end",
                "create procedure p() begin case x when 1 then select 1; else begin end; end case; end",
                "create definer=`a`@`%` trigger t before insert on x for each row begin set new.a = 1; set new.b = 2; end",
                "create trigger t before insert on x for each row if new.a then set new.b = 1; end if",
                "create event e on schedule every 1 day do begin delete from t; delete from u; end",
                "create procedure p() begin select start, end from t; select t.end, t.begin from t; end",
                "create procedure if not exists p() begin select 1; end",
                "create function f() returns int deterministic begin return 1; end",
            })
    void mySqlBodiesAreOneStatement(String program) {
        assertThat(texts(program + "; select 1", MYSQL)).containsExactly(program, "select 1");
        assertThat(texts(program + "; select 1", MARIADB)).containsExactly(program, "select 1");
    }

    @Test
    void compoundStatementsOfMariaDbAreOneStatement() {
        String block = "begin not atomic if 1 then drop table t; end if; end";
        assertThat(texts(block + "; select 1", MARIADB)).containsExactly(block, "select 1");
        assertThat(texts("begin; select 1", MARIADB)).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alter table t add c int|SCHEMA_CHANGE",
                "select 1 into t|SCHEMA_CHANGE",
                "explain analyze create table t as select 1|SCHEMA_CHANGE",
                "explain alter table t add c int|EXPLAIN_SCHEMA_CHANGE",
                "explain (format json) alter table t add c int|EXPLAIN_SCHEMA_CHANGE",
                "do 'begin end'|OPAQUE",
                "call p()|OPAQUE",
                "show sluice help|GATEWAY_COMMAND",
                "alter sluice migration 1 pause|GATEWAY_COMMAND",
                "begin|TRANSACTION",
                "start transaction|TRANSACTION",
                "rollback to savepoint a|TRANSACTION",
                "set a.b = 'c'|SETTING",
                "discard all|SETTING",
                "selec 1|DATA",
                "vacuum t|DATA",
            })
    void kindsAreToldByTheLeadingWords(String sql, Kind kind) {
        assertThat(Splitter.split(sql, POSTGRES).get(0).kind()).isEqualTo(kind);
    }

    @Test
    void directivesAreReadFromCommentsInAndBeforeTheStatement() {
        assertThat(
                        directives(
                                "/* sluice: backfill=\"price * \\\"q\\\"\", completion=return, ticket=OPS-12 */ alter table t add c int"))
                .isEqualTo(new Directives(
                        Optional.of("price * \"q\""),
                        Optional.of(Directives.Completion.RETURN),
                        Optional.of("OPS-12")));
        assertThat(directives("alter table t /*sluice: completion=wait*/ add c int /* SLUICE: ticket='a b' */;"))
                .isEqualTo(
                        new Directives(Optional.empty(), Optional.of(Directives.Completion.WAIT), Optional.of("a b")));
        assertThat(directives("alter table t add c text default '/* sluice: x */' -- sluice:ignore drop-column"))
                .isEqualTo(Directives.NONE);
        assertThat(directives("/* sluice: backfill */ update t set a = 1").backfill())
                .contains("");
    }

    @Test
    void aDirectiveBelongsToItsStatementOnly() {
        assertThat(Splitter.split("/* sluice: ticket=a */ drop table t; drop table u", POSTGRES))
                .extracting(s -> s.directives().ticket())
                .containsExactly(Optional.of("a"), Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/* sluice: nonsense=1 */ drop table t|unknown directive nonsense",
                "/* sluice: */ drop table t|name is missing",
                "/* sluice: completion=later */ drop table t|wait or return",
                "/* sluice: completion */ drop table t|wait or return",
                "/* sluice: ticket=a b */ drop table t|unexpected \"b\"",
                "/* sluice: ticket=\"a */ drop table t|closing",
                "/* sluice: ticket= */ drop table t|is missing",
                "/* sluice: ticket=a, ticket=b */ drop table t|twice",
                "/* sluice: ticket=a */ /* sluice: ticket=b */ drop table t|twice",
                "/* sluice: backfill */ alter table t add c int|needs the expression",
                "/* sluice: backfill=x */ update t set a = 1|takes no value",
                "/* sluice: ticket=a */ select 1|changes neither",
                "drop table t; /* sluice: ticket=a */|behind the last statement",
            })
    void aDirectiveThatIsWrongIsRefusedWithWhatWouldBeRight(String sql, String message) {
        assertThatThrownBy(() -> Splitter.split(sql, POSTGRES))
                .isInstanceOf(DirectiveException.class)
                .hasMessageContaining(message);
        assertThat(ClassifierTest.of(sql, POSTGRES)).isEqualTo(Interest.JUDGE);
    }

    @Test
    void executableCommentsAreOpenedWherePositionsStay() {
        String sql = "/*!50003 ALTER */ TABLE t /*!99999 x /* y */ z */ ADD c int /* plain */";
        assertThat(Splitter.open(sql, MYSQL))
                .isEqualTo("         ALTER    TABLE t                         ADD c int /* plain */")
                .hasSameSizeAs(sql);
        assertThat(Splitter.open("select '/*!50003 x */'", MYSQL)).isEqualTo("select '/*!50003 x */'");
        assertThat(Splitter.open("/*M!100100 drop */", MARIADB)).isEqualTo("           drop   ");
        assertThat(Splitter.split(sql, MYSQL))
                .singleElement()
                .satisfies(s -> assertThat(s.kind()).isEqualTo(Kind.SCHEMA_CHANGE));
    }

    @Test
    void sqlModeChangesHowTheRestIsRead() {
        assertThat(texts("set sql_mode='ANSI_QUOTES'; select \"a\\\"; drop table t; -- \"", MYSQL))
                .containsExactly("set sql_mode='ANSI_QUOTES'", "select \"a\\\"", "drop table t");
    }
}
