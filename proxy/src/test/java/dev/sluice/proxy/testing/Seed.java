package dev.sluice.proxy.testing;

import java.util.Random;

/**
 * The random choices of one test. A failure names the seed, as the property by which the same choices come again; what
 * threads and servers make of them may still differ.
 */
public record Seed(long value) {

    private static final String PROPERTY = "sluice.test.seed";

    /** The property's, or another one each time. */
    public static Seed fresh() {
        Long given = Long.getLong(PROPERTY);
        return new Seed(given == null ? System.nanoTime() : given);
    }

    public Random random() {
        return new Random(value);
    }

    @Override
    public String toString() {
        return "-D" + PROPERTY + "=" + value;
    }
}
