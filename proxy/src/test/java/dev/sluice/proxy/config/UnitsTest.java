package dev.sluice.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({"50ms,50", "2s,2000", "1.5 min,90000", "1h,3600000", "2d,172800000", "0,0", "0s,0"})
    void durationsHaveAUnit(String text, long millis) {
        assertThat(Units.duration(text)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "50", "-1s", "ms", "1 fortnight", "99999999999d", "1e3s"})
    void whatIsNoDurationIsNone(String text) {
        assertThat(Units.duration(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"4096,4096", "16MiB,16777216", "1kB,1000", "1 GiB,1073741824", "1.5KiB,1536"})
    void sizesAreBytes(String text, long bytes) {
        assertThat(Units.bytes(text)).contains(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"50ms", "2s", "5min", "1h", "7d", "1500us"})
    void whatIsPrintedReadsTheSame(String text) {
        assertThat(Units.duration(Units.print(Units.duration(text).orElseThrow())))
                .isEqualTo(Units.duration(text));
    }

    @Test
    void addressesMayBeIpv6() {
        assertThat(Address.parse("[::1]:6432")).contains(new Address("::1", 6432));
        assertThat(Address.parse("::1:6432")).isEmpty();
        assertThat(Address.parse("host:70000")).isEmpty();
        assertThat(new Address("::1", 1)).hasToString("[::1]:1");
    }
}
