package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramBodyTest {
    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 3));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin alter table t add c int; end",
                "alter table t add c int",
                "select 1; drop table t",
                "begin if x then truncate t; end if; end",
                "begin execute 'alter table t add c int'; end",
                "begin execute 'al' || 'ter table ' || quote_ident(t) || ' add c int'; end",
                "begin execute format('create index on %I (a)', t); end",
                "begin execute format('%s table t', 'drop'); end",
                "declare q text; begin q := 'drop table ' || t; execute q; end",
                "declare q text := format('alter table %s add c int', t); begin execute q using 1; end",
                "begin for r in execute 'create table x as select 1' loop end loop; end",
                "begin create temp table a (x int); drop table a, t; end",
                "begin create temp table a (x int); alter table t add a int; end",
                "begin create temp table a (x int); create index on t (a); end",
                "begin execute e'\\x41LTER table t add c int'; end",
                "begin repack t; end",
                "<<l>> create table t (a int)",
            })
    void aBodyThatChangesASchemaIsSeen(String body) {
        assertThat(ProgramBody.read(body, POSTGRES).nature()).isEqualTo(RoutineNature.CHANGES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin execute q; end",
                "begin execute 'select ' || x; end",
                "begin execute format('select %s', x); end",
                "begin execute format(f, x); end",
                "declare q text := 'select 1'; begin select x into q; execute q; end",
                "begin return query execute q using 1; end",
                "begin refresh materialized view m; end",
                "begin copy t from program 'x'; end",
                "begin do $$ begin end $$; end",
                "begin for r in execute q loop end loop; end",
            })
    void aBodyThatCannotBeToldIsDynamic(String body) {
        assertThat(ProgramBody.read(body, POSTGRES).nature()).isEqualTo(RoutineNature.DYNAMIC);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin update t set a = 1; return new; end",
                "select lock, comment from t",
                "begin raise notice 'alter table'; end -- drop table t",
                "begin execute format('select count(*) from %I.%I where a = %L', s, t, x) into n; end",
                "begin execute 'insert into ' || quote_ident(t) || ' values ($1)' using a; end",
                "declare q text := 'select 1'; begin q := 'select 2'; execute q; end",
                "begin create temp table if not exists a (x int) on commit drop; truncate a; create index on a (x);"
                        + " drop table if exists a; end",
                "begin drop table if exists pg_temp.a; create temporary table a as select 1; end",
                "begin execute 'create temp table a (x int)'; end",
                "begin execute 'select ' || 1; end",
            })
    void aHarmlessBodyIsHarmless(String body) {
        assertThat(ProgramBody.read(body, POSTGRES))
                .isEqualTo(ProgramBody.read(body, POSTGRES))
                .satisfies(read -> {
                    assertThat(read.nature()).as(read.why()).isEqualTo(RoutineNature.HARMLESS);
                    assertThat(read.why()).isEmpty();
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin prepare s from 'drop table t'; execute s; end",
                "begin execute immediate concat('alter table ', t, ' add c int'); end",
                "begin declare x int; rename table a to b; end",
                "begin optimize table t; end",
                "begin repair table t; end",
            })
    void aProcedureOfMySqlThatChangesASchemaIsSeen(String body) {
        assertThat(ProgramBody.read(body, MYSQL).nature()).isEqualTo(RoutineNature.CHANGES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin drop temporary table if exists a; create temporary table a (x int); truncate table a; drop table a; end",
                "begin declare x int default 1; while x < 3 do set x = x + 1; end while; select x; end",
                "begin prepare s from 'select 1'; execute s; deallocate prepare s; end",
                "begin prepare s from 'select 1'; execute s; drop prepare s; end",
            })
    void aHarmlessProcedureOfMySqlIsHarmless(String body) {
        assertThat(ProgramBody.read(body, MYSQL).nature()).isEqualTo(RoutineNature.HARMLESS);
    }

    @Test
    void aPreparedVariableOfMySqlIsDynamic() {
        assertThat(ProgramBody.read("begin prepare s from @q; end", MYSQL).nature())
                .isEqualTo(RoutineNature.DYNAMIC);
    }

    @Test
    void whatABodyCallsIsNamed() {
        assertThat(ProgramBody.read("begin call p(); perform s.F(1); end", POSTGRES)
                        .calls())
                .contains("p");
    }
}
