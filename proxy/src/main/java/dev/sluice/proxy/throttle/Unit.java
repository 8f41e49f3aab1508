package dev.sluice.proxy.throttle;

import java.util.Locale;

/** What a signal's figures count, and how people read them. */
public enum Unit {
    FACTOR("x the usual", 1),
    SECONDS("s", 1),
    BYTES("MiB", 1 << 20),
    BYTES_PER_SECOND("MiB/s", 1 << 20),
    PERCENT("%", 1),
    PER_MINUTE("a minute", 1),
    COUNT("", 1);

    private final String words;
    private final double size;

    Unit(String words, double size) {
        this.words = words;
        this.size = size;
    }

    /** With three significant digits, or all those before the point: {@code 1.25 s}, {@code 16384 MiB}. */
    public String print(double value) {
        if (Double.isInfinite(value)) {
            return ("∞ " + words).strip();
        }
        double shown = value / size;
        String digits = Math.abs(shown) >= 100
                ? String.format(Locale.ROOT, "%.0f", shown)
                : String.format(Locale.ROOT, "%.3g", shown).replaceFirst("\\.?0+$", "");
        return this == PERCENT ? digits + words : (digits + " " + words).strip();
    }
}
