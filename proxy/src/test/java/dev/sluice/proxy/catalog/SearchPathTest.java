package dev.sluice.proxy.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchPathTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"$user\", public|\"$user\", \"public\"",
                "App,pg_catalog|\"app\", \"pg_catalog\"",
                "\"A \"\"b\", c|\"A \"\"b\", \"c\"",
                "x;RESET/**/ROLE|\"x;reset/**/role\"",
                "\"\"|\"\"",
                "''|''"
            })
    void everyNameIsQuoted(String setting, String quoted) {
        assertThat(SearchPath.quoted(setting)).isEqualTo(quoted);
    }
}
