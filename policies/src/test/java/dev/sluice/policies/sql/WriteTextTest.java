package dev.sluice.policies.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WriteTextTest {

    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final LexicalRules MYSQL = LexicalRules.defaults(ServerVersion.mysql(8, 4, 0));

    private static WriteText read(String sql, LexicalRules rules) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return WriteText.read(bytes, bytes.length, rules);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE t SET a = 1 | UNBOUNDED",
                "update only t set a = b where true | UNBOUNDED",
                "DELETE FROM t WHERE 1 = 1 | UNBOUNDED",
                "UPDATE t SET a = 1 WHERE id = 7 | UPDATE",
                "DELETE FROM t WHERE done = false | DELETE",
                "INSERT INTO t VALUES (1) | INSERT",
                "INSERT INTO t SELECT * FROM u | INSERT_SELECT",
                "COPY t (a, b) FROM STDIN | COPY",
                "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE | MERGE",
                "WITH x AS (SELECT 1) UPDATE t SET a = 1 | UNBOUNDED",
            })
    void theShapeOfAWriteIsToldFromItsText(String sql, WriteShape shape) {
        assertThat(read(sql, POSTGRES).shapes()).containsExactly(shape);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE t SET a = 1 WHERE ref IS NULL",
                "UPDATE t SET a = 1 WHERE (state <> 'done' OR state IS NULL) RETURNING id = 5",
                "DELETE FROM t WHERE made < '2020-01-01'",
                "DELETE FROM t WHERE NOT done",
                "UPDATE t SET a = (SELECT x FROM u WHERE u.id = 7) WHERE price >= 0",
                "WITH x AS (SELECT 1 WHERE 1 = 1) UPDATE t SET a = 1 WHERE price > 0 AND a != 1",
            })
    void aConditionThatMayHoldForNearlyAllRowsIsUnselectiveOnBothEngines(String sql) {
        assertThat(read(sql, POSTGRES).shapes()).contains(WriteShape.UNSELECTIVE);
        assertThat(read(sql, MYSQL).shapes()).contains(WriteShape.UNSELECTIVE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE t SET a = 1 WHERE id = 7",
                "UPDATE t SET a = 1 WHERE id > 5000 AND id <= 10000",
                "UPDATE t SET a = 1 WHERE id BETWEEN 1 AND 5",
                "DELETE FROM t WHERE id IN (1, 2, 3)",
                "DELETE FROM t WHERE ref IS NULL AND shop = 3",
                "DELETE FROM t WHERE name LIKE 'a%'",
                "UPDATE t SET a = 1 WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)",
                "UPDATE t SET a = 1",
                "INSERT INTO t VALUES (1)",
            })
    void aConditionThatSaysWhichRowsAreMeantIsNot(String sql) {
        assertThat(read(sql, POSTGRES).shapes()).doesNotContain(WriteShape.UNSELECTIVE);
        assertThat(read(sql, MYSQL).shapes()).doesNotContain(WriteShape.UNSELECTIVE);
    }

    @Test
    void whatIsLoadedOnMySqlIsKnownWithItsTable() {
        WriteText load = read("LOAD DATA LOCAL INFILE 'x' INTO TABLE `shop`.items", MYSQL);

        assertThat(load.shapes()).containsExactly(WriteShape.LOAD_DATA);
        assertThat(load.schema()).contains("shop");
        assertThat(load.table()).contains("items");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1", "COPY t TO STDOUT", "EXPLAIN UPDATE t SET a = 1", "VALUES (1)"})
    void whatWritesNothingHasNoShape(String sql) {
        assertThat(read(sql, POSTGRES).shapes()).isEmpty();
    }

    @Test
    void tagsAreReadFromCommentsInSqlcommentersForm() {
        WriteText tagged =
                read("UPDATE t SET a = 1 WHERE id < 5 /*job='fill%20prices',route='%2Fa%2Fb'*/ /* plain */", POSTGRES);

        assertThat(tagged.tags()).isEqualTo(Map.of("job", "fill prices", "route", "/a/b"));
        assertThat(tagged.text()).isEqualTo("update t set a = 1 where id < 5");
    }

    @Test
    void aStringThatLooksLikeACommentHoldsNoTags() {
        assertThat(read("UPDATE t SET a = '/*job=''x''*/' WHERE id = 1", POSTGRES)
                        .tags())
                .isEmpty();
    }

    @Test
    void theMarkIsSeen() {
        assertThat(read("UPDATE t SET a = 1 WHERE id < 5 /* sluice: backfill */", POSTGRES)
                        .marked())
                .isTrue();
    }

    @Test
    void theFirstWordTellsWhetherATextMayWrite() {
        assertThat(possible("  /* a */ Update t")).isTrue();
        assertThat(possible("copy t from stdin")).isTrue();
        assertThat(possible("select 1")).isFalse();
        assertThat(possible("/* unfinished")).isFalse();
        assertThat(possible("")).isFalse();
    }

    private static boolean possible(String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return WriteText.isPossible(bytes, bytes.length);
    }
}
