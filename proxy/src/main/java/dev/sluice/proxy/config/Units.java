package dev.sluice.proxy.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them. */
public final class Units {

    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)\\s*([A-Za-z]*)");

    private Units() {}

    /** {@code 50ms}, {@code 2s}, {@code 1.5 min}, {@code 1h}, {@code 7d}; {@code 0} needs no unit. */
    public static Optional<Duration> duration(String text) {
        Matcher m = AMOUNT.matcher(text.strip());
        if (!m.matches()) {
            return Optional.empty();
        }
        BigDecimal amount = new BigDecimal(m.group(1));
        long nanos = switch (m.group(2).toLowerCase(Locale.ROOT)) {
            case "us" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s", "sec" -> 1_000_000_000L;
            case "m", "min" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            case "" -> amount.signum() == 0 ? 1L : 0L;
            default -> 0L;
        };
        BigDecimal total = amount.multiply(BigDecimal.valueOf(nanos));
        boolean usable = nanos > 0 && total.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) < 0;
        return usable ? Optional.of(Duration.ofNanos(total.longValue())) : Optional.empty();
    }

    /** Bytes: {@code 65536}, {@code 16MiB}, {@code 64 kB} (1000), {@code 1GiB}. */
    public static Optional<Long> bytes(String text) {
        Matcher m = AMOUNT.matcher(text.strip());
        if (!m.matches()) {
            return Optional.empty();
        }
        long unit = switch (m.group(2).toLowerCase(Locale.ROOT)) {
            case "", "b" -> 1L;
            case "kb" -> 1_000L;
            case "kib" -> 1L << 10;
            case "mb" -> 1_000_000L;
            case "mib" -> 1L << 20;
            case "gb" -> 1_000_000_000L;
            case "gib" -> 1L << 30;
            default -> 0L;
        };
        BigDecimal total = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(unit));
        boolean usable = unit > 0 && total.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) < 0;
        return usable ? Optional.of(total.longValue()) : Optional.empty();
    }

    /** A duration in the shortest of those forms: {@code 50ms}, {@code 2min}. */
    public static String print(Duration duration) {
        long nanos = duration.toNanos();
        if (nanos == 0) {
            return "0s";
        }
        long[] sizes = {86_400_000_000_000L, 3_600_000_000_000L, 60_000_000_000L, 1_000_000_000L, 1_000_000L, 1_000L};
        String[] names = {"d", "h", "min", "s", "ms", "us"};
        for (int i = 0; i < sizes.length; i++) {
            if (nanos % sizes[i] == 0) {
                return nanos / sizes[i] + names[i];
            }
        }
        return duration.toString();
    }
}
