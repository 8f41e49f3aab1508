package dev.sluice.policies.plan.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.ddl.TypeName;
import dev.sluice.policies.sql.Dialect;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in a NOT NULL column until its rows are filled. */
class PlaceholderTest {

    private static final String SEED = "shop.orders.token";

    private static TypeName type(String written) {
        int open = written.indexOf('(');
        List<String> arguments = open < 0
                ? List.of()
                : Arrays.asList(
                        written.substring(open + 1, written.indexOf(')')).split(","));
        String name = written.replaceAll("\\(.*?\\)", "").replaceAll("(?i) unsigned.*", "");
        return new TypeName(new SourceText(written, 0, written.length()), name, arguments, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "varchar(8)",
                "char(36)",
                "int",
                "int(11) unsigned",
                "bigint",
                "bigint unsigned",
                "mediumint",
                "smallint",
                "smallint unsigned",
                "decimal(12,2)",
                "double",
                "float",
                "date",
                "datetime",
                "timestamp",
                "time",
                "binary(16)",
                "varbinary(20)",
                "bit(40)"
            })
    void aTypeWithRoomHasAValueThatNobodyWritesByChance(String written) {
        Placeholder one =
                Placeholder.of(type(written), "`c`", Dialect.MYSQL, SEED).orElseThrow();
        Placeholder other = Placeholder.of(type(written), "`c`", Dialect.MYSQL, "shop.orders.other")
                .orElseThrow();

        assertThat(one.own()).isTrue();
        assertThat(one.clause()).startsWith("DEFAULT ").isNotEqualTo(other.clause());
        assertThat(one)
                .isEqualTo(Placeholder.of(type(written), "`c`", Dialect.MYSQL, SEED)
                        .orElseThrow());
        assertThat(one.note("c")).contains("nobody writes by chance");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tinyint(1)",
                "year",
                "varchar(7)",
                "decimal(5,2)",
                "bit(3)",
                "enum('a','b')",
                "set('a')",
                "text",
                "blob",
                "json",
                "float(7,2)",
                "binary(4)"
            })
    void aTypeWithoutRoomSaysSo(String written) {
        Placeholder plain =
                Placeholder.of(type(written), "`c`", Dialect.MYSQL, SEED).orElseThrow();

        assertThat(plain.own()).isFalse();
        assertThat(plain.note("c"))
                .contains("an application itself writes that")
                .endsWith("is overwritten");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "tinyint, -128",
                "tinyint unsigned, 255",
                "bool, 0",
                "year, 2155",
                "|decimal(5,2)|, -999",
                "|decimal(5,2) unsigned|, 999",
                "|decimal(2,2)|, 0",
                "bit(3), b'111'",
                "bit(1), b'0'",
                "char(0), ''",
                "char, '~'"
            })
    void itIsSeldomWrittenAtLeastWhereThereIsRoomForThat(String written, String value) {
        assertThat(Placeholder.of(type(written), "`c`", Dialect.MYSQL, SEED))
                .hasValueSatisfying(
                        placeholder -> assertThat(placeholder.clause()).isEqualTo("DEFAULT " + value));
    }

    @ParameterizedTest
    @CsvSource({"text", "longblob", "json"})
    void mariaDbTakesConstantDefaultsForLongTypes(String written) {
        assertThat(Placeholder.of(type(written), "`c`", Dialect.MARIADB, SEED))
                .hasValueSatisfying(placeholder -> assertThat(placeholder.own()).isTrue());
    }

    @Test
    void nothingCanStandInASpatialColumn() {
        assertThat(Placeholder.of(type("point"), "`c`", Dialect.MYSQL, SEED)).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "smallint, -32768, 32767",
        "smallint unsigned, 0, 65535",
        "int, -2147483648, 2147483647",
        "int unsigned, 0, 4294967295",
        "mediumint, -8388608, 8388607",
        "mediumint unsigned, 0, 16777215",
        "bigint, -9223372036854775808, 9223372036854775807",
        "bigint unsigned, 0, 18446744073709551615",
        "'decimal(10,0)', -9999999999, 9999999999"
    })
    void aNumberLiesWithinItsType(String written, java.math.BigDecimal least, java.math.BigDecimal most) {
        for (int i = 0; i < 500; i++) {
            String clause = Placeholder.of(type(written), "`c`", Dialect.MYSQL, "seed " + i)
                    .orElseThrow()
                    .clause();
            assertThat(new java.math.BigDecimal(clause.substring("DEFAULT ".length())))
                    .isBetween(least, most);
        }
    }
}
