package dev.sluice.proxy.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MySqlCodesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Duplicate entry '5' for key 'item.w' | 1062",
                "Cannot add or update a child row: a foreign key constraint fails (`a`.`b`, …) | 1452",
                "Check constraint 'ck' is violated. | 3819",
                "CONSTRAINT `ck` failed for `a`.`b` | 4025",
                "Data truncation: Out of range value for column 'n' at row 1 | 1264",
                "the rows changed meanwhile | 1105",
            })
    void aMessageOfTheServersTellsItsNumber(String message, int code) {
        assertThat(MySqlCodes.of(message)).isEqualTo(code);
    }
}
