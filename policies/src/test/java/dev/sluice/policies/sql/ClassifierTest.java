package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifierTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 3));
    private static final LexicalRules MARIADB = LexicalRules.defaults(ServerVersion.mariadb(11, 4, 5));

    static Interest of(String sql, LexicalRules rules) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return Classifier.classify(bytes, 0, bytes.length, rules);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ";;",
                "select 1",
                "SELECT * FROM t WHERE a = 'x' AND b = $1;",
                "select 'a''; alter table t add c int'",
                "select 'a'\n'; ALTER TABLE t ADD COLUMN c int; --'",
                "select 'a' -- x\n  '; ALTER TABLE t ADD COLUMN c int; --'",
                "select E'a\\'; alter table t add c int; --'",
                "select $a$ $b$; ALTER TABLE t ADD c int; $b$ $a$",
                "select $$; alter table t add c int$$",
                "/* /* */ ALTER TABLE t ADD COLUMN c int; */ select 1",
                "-- alter table t\nselect 1",
                "select 1 -- ; alter table t",
                "select U&\"a;\" , b'01', x'ff', n'x'",
                "insert into t values (1, $q$; ALTER TABLE t$q$)",
                "insert into t (a) values (1) on conflict (a) do update set a = 2",
                "insert into t values ((select max(a) from t))",
                "update t set a = 1 where id = 2",
                "delete from t where id = $1 returning *",
                "with x as (select 1) select * from x",
                "with x as (select 1) update t set a = 1 where b = 2",
                "select a as into from t",
                "with x as (insert into t values (1) returning a) select * from x",
                "begin",
                "BEGIN; select 1; COMMIT",
                "prepare p as alter table t add c int",
                "execute p(1)",
                "fetch 10 from c",
                "copy t to stdout",
                "copy (select * from t) to stdout",
                "set search_path = a, b",
                "vacuum t",
                "vacuum (analyze) t",
                "explain select 1",
                "explain (analyze, format json) update t set a = 1 where b = 2",
                "show search_path",
                "((select 1) union all (select 2)) limit 1",
                "values (1), (2)",
                "table t",
                "listen x",
                "select 'C:\\'",
                "select \"a\"\"; alter table t\"",
                "select 1 + -1, a->>'b', a @> b, a #> '{}' from t",
                "select $1::int, $2",
                "select 1.WHERE",
                "declare c cursor for select 1",
                "selec 1",
            })
    void plainPostgresStatementsAreLeftAlone(String sql) {
        assertThat(of(sql, POSTGRES)).isEqualTo(Interest.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update t set a = 1",
                "UPDATE t SET a = (select b from c where d = 1)",
                "delete from t",
                "delete from t using u",
                "insert into t select * from u",
                "insert into t (a, b) (select 1, 2)",
                "insert into t table u",
                "insert into t with x as (select 1) select * from x",
                "copy t from stdin",
                "COPY t (a, b) FROM STDIN WITH (FORMAT csv)",
                "merge into t using u on t.a = u.a when matched then delete",
                "with x as (delete from t returning *) select * from x",
                "with x as (select 1) delete from t",
                "with x as (select 1) insert into t select * from x",
                "select 1; update t set a = 1",
                "explain analyze delete from t",
                "/* sluice: backfill */ update t set a = 1 where id between 1 and 5000",
                "update t set a = 1 where id < 7 /*sluice:backfill*/",
                "update t set a = 1 where true",
                "delete from t where 1 = 1",
                "delete from t where (1=1) and not false",
                "update t set a = b where ((true))",
                "delete from t where true returning id, \"b\"",
            })
    void bulkWritesOfPostgresAreTold(String sql) {
        assertThat(of(sql, POSTGRES)).isEqualTo(Interest.BULK_WRITE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ADD COLUMN c int",
                "ALTER/**/TABLE/* x */t/**/ADD c int",
                "/* app:web */ alter table t add c int /* trace=1 */",
                "ALTER -- x\nTABLE t",
                ";;; \n ;\tALTER TABLE t ADD c int;;",
                "\f\u000b\r\n create table t (a int)",
                "select 1 as a$$; ALTER TABLE t ADD c int; --$$",
                "select 'a' ; ALTER TABLE t ADD c int -- '",
                "select 'a\\'; alter table t add c int; --'",
                "-- x\ralter table t add c int",
                "\ufeffalter table t add c int",
                "select 1; drop table t",
                "select E'a\\''; drop table t",
                "select 1e'a\\''; drop table t --'",
                "select b'0''1'; drop table t",
                "select 1 into t",
                "WITH x AS (SELECT 1 AS a) SELECT a INTO t FROM x",
                "(select 1 into t)",
                "explain analyze create table t as select 1",
                "explain (analyze, verbose) select 1 into t",
                "explain alter table t add c int",
                "explain (format json) create index on t (a)",
                "do $$ begin end $$",
                "call p()",
                "show sluice migrations",
                "SHOW SLUICE FULL AUDIT",
                "alter sluice migration 42 pause",
                "truncate t",
                "comment on table t is 'x'",
                "reindex table t",
                "cluster t",
                "vacuum full t",
                "vacuum (verbose, full) t",
                "refresh materialized view v",
                "grant select on t to r",
                "revoke all on t from r",
                "security label on table t is 'x'",
                "lock table t",
                "import foreign schema s from server r into t",
                "reassign owned by a to b",
                "/* sluice: completion=return */ select 1",
                "/* sluice: nonsense */ update t set a = 1 where b = 1",
                "select 1; /* sluice: ticket=1 */",
                "create function f() returns int begin atomic select 1; end; select 1",
                "select /* 'unterminated */ 1; drop table t; select '",
                "drop table t; select $x$ unterminated",
            })
    void schemaChangesOfPostgresAreJudged(String sql) {
        assertThat(of(sql, POSTGRES)).isEqualTo(Interest.JUDGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'a\\'; ALTER TABLE t ADD c int; -- '",
                "select \"; ALTER TABLE t ADD c int; -- \"",
                "select 1 as `; ALTER TABLE t`",
                "select 1 # ; alter table t\n",
                "select 1 -- ; alter table t",
                "select 5--1",
                "/*!99999 alter table t add c int */ select 1",
                "/*!40101 SET NAMES utf8 */",
                "SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'",
                "select * into @a from t",
                "select * into outfile '/tmp/x' from t",
                "/*M! alter table t add c int */ select 1",
                "insert into t set a = 1",
                "replace into t values (1)",
                "update t set a = 1 where b = 2",
                "begin",
                "start transaction",
                "do sleep(1)",
                "load index into cache t",
                "drop prepare s",
                "describe t",
                "desc t update",
                "explain format=json select 1",
                "show tables",
                "select repeat('a', 3), if(1, 2, 3) from t",
                "select * from t where a = _utf8mb4'x' and b = x'ff'",
            })
    void plainMySqlStatementsAreLeftAlone(String sql) {
        assertThat(of(sql, MYSQL)).isEqualTo(Interest.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "   \t\n\r\u000b\f ALTER TABLE t ADD c int",
                "/*! ALTER TABLE t ADD c int */",
                "/*!50003 ALTER */ TABLE t ADD c int",
                "/*!080400 ALTER TABLE t ADD c int */",
                "select 1 /*! ; alter table t add c int; */",
                "select 1--1; alter table t add c int",
                "select 1 -- x\n; alter table t",
                "select 1 # x\n; rename table a to b",
                "/* /* */ alter table t add c int",
                "prepare s from 'alter table t add c int'",
                "execute s",
                "execute immediate 'select 1'",
                "call p()",
                "optimize table t",
                "lock tables t write",
                "explain format=json alter table t add c int",
                "explain drop table t",
                "create procedure p() begin select 1; end",
                "set sql_mode = 'ANSI_QUOTES'; select \"; alter table t\"",
                "select 1 as `a``b`; drop table t",
                "select 'a''\\''; drop table t; -- '",
                "load data infile 'x' into table t; drop table t",
                "ALTER\u00a0TABLE t ADD c int",
            })
    void schemaChangesOfMySqlAreJudged(String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Classifier.classify(bytes, 0, bytes.length, MYSQL)).isEqualTo(Interest.JUDGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/*M! alter table t add c int */",
                "/*M!100100 alter table t add c int */",
                "/*!110400 alter table t add c int */",
                "begin not atomic alter table t add c int; end",
                "begin alter table t add c int; end",
                "set statement max_statement_time=1 for alter table t add c int",
                "if 1 then alter table t add c int; end if",
                "x: begin not atomic select 1; end",
                "for i in 1..2 do drop table t; end for",
            })
    void whatOnlyMariaDbKnowsIsJudged(String sql) {
        assertThat(of(sql, MARIADB)).isEqualTo(Interest.JUDGE);
    }

    @Test
    void mariaDbLeavesOutWhatIsMeantForMySql8() {
        assertThat(of("/*!80000 alter table t add c int */ select 1", MARIADB)).isEqualTo(Interest.NONE);
        assertThat(of("/*!80000 alter table t add c int */", MYSQL)).isEqualTo(Interest.JUDGE);
        assertThat(of("/*!999999 alter table t add c int */ select 1", MARIADB)).isEqualTo(Interest.NONE);
        assertThat(of("set statement max_statement_time=1 for select 1", MARIADB))
                .isEqualTo(Interest.NONE);
        assertThat(of("begin work", MARIADB)).isEqualTo(Interest.NONE);
    }

    @Test
    void bulkWritesOfMySqlAreTold() {
        for (String sql : List.of(
                "load data local infile 'x' into table t",
                "insert into t select * from u",
                "replace into t select * from u",
                "delete from t limit 10",
                "update t, u set a = 1")) {
            assertThat(of(sql, MYSQL)).as(sql).isEqualTo(Interest.BULK_WRITE);
        }
    }

    @Test
    void theModeDecidesWhatQuotesAndBackslashesAre() {
        LexicalRules ansi = new LexicalRules(ServerVersion.mysql(8, 4, 0), true, true, false);
        LexicalRules plain = new LexicalRules(ServerVersion.mysql(8, 4, 0), true, false, true);
        String quoted = "select \"a\\\"; drop table t; -- \"";
        assertThat(of(quoted, MYSQL)).isEqualTo(Interest.NONE);
        assertThat(of(quoted, ansi)).isEqualTo(Interest.JUDGE);
        assertThat(of("select 'a\\'; drop table t; -- '", plain)).isEqualTo(Interest.JUDGE);
        LexicalRules old = new LexicalRules(ServerVersion.postgres(14), false, false, false);
        assertThat(of("select 'a\\'; drop table t; --'", old)).isEqualTo(Interest.JUDGE);
        assertThat(of("select '\\''; drop table t; --'", POSTGRES)).isEqualTo(Interest.JUDGE);
    }

    @Test
    void highBytesOfAnAmbiguousEncodingAreDoubted() {
        byte[] gbk = {'s', 'e', 'l', 'e', 'c', 't', ' ', '\'', (byte) 0xbf, '\\', '\''};
        assertThat(Classifier.classifyAmbiguous(gbk, 0, gbk.length, MYSQL)).isEqualTo(Interest.JUDGE);
        assertThat(Classifier.classifyAmbiguous(gbk, 0, 6, MYSQL)).isEqualTo(Interest.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1 --\u007f '\n; drop table t; -- '",
                "select 1 --\u00a0'\n; drop table t; -- '",
                "select 1 --\u0081'\n; drop table t; -- '",
                "\u00ffdrop\u00fftable t",
                "\u00a0drop\u00a0table t",
                "set global init_connect = 'x'",
                "set @a = 1, @@persist.init_connect = 'x'",
                "set global init_replica = 'x'",
            })
    void whatSomeCharacterSetsReadOtherwiseIsDoubtedOnMySql(String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Classifier.classify(bytes, 0, bytes.length, MYSQL)).isEqualTo(Interest.JUDGE);
        assertThat(Classifier.classify(bytes, 0, bytes.length, MARIADB)).isEqualTo(Interest.JUDGE);
    }

    @Test
    void dashesBeforeWhatIsBlankInSomeCharacterSetsOnlyAreUnclear() {
        assertThat(UnclearDashes.standIn("select 1 --\u007f x", MYSQL)).isTrue();
        assertThat(UnclearDashes.standIn("select 1 --\u00a0x", MYSQL)).isTrue();
        assertThat(UnclearDashes.standIn("select 1 ---\u00e9", MYSQL)).isTrue();
        assertThat(UnclearDashes.standIn("select '--\u007f' /* --\u00e9 */ -- \u00e9", MYSQL))
                .isFalse();
        assertThat(UnclearDashes.standIn("select 1--1 -- x", MYSQL)).isFalse();
    }

    @Test
    void aSchemaChangeBehindALotIsFound() {
        assertThat(of("/*" + "x".repeat(1_000_000) + "*/ alter table t add c int", POSTGRES))
                .isEqualTo(Interest.JUDGE);
        assertThat(of("select 1; ".repeat(2000) + "alter table t add c int", POSTGRES))
                .isEqualTo(Interest.JUDGE);
    }
}
