package dev.sluice.proxy.throttle;

import java.util.Locale;

/** What one signal says of the database right now, as pressure: 0 is none, 1 is the hard limit. */
public sealed interface Reading {

    /** The signal's name, as users see it: {@code foreground_latency}, {@code replication_lag}. */
    String signal();

    /** At most 0 below the soft limit, 1 at the hard limit and above it. Never NaN. */
    double pressure();

    /** One line for a person: the value and its limits. */
    String text();

    /**
     * A value that was read.
     *
     * @param softLimit from here on the backfill slows down
     * @param hardLimit here it stops; above the soft limit
     * @param unit what the figures count: {@code s}, {@code x}, {@code bytes}
     */
    record Measured(String signal, double value, double softLimit, double hardLimit, String unit) implements Reading {

        public Measured {
            if (!(hardLimit > softLimit) || Double.isNaN(value)) {
                throw new IllegalArgumentException(signal + ": " + value + " of " + softLimit + ".." + hardLimit);
            }
        }

        @Override
        public double pressure() {
            return Math.clamp((value - softLimit) / (hardLimit - softLimit), 0, 1);
        }

        @Override
        public String text() {
            return String.format(
                    Locale.ROOT,
                    "%s %.3g %s (slows from %.3g, stops at %.3g)",
                    signal,
                    value,
                    unit,
                    softLimit,
                    hardLimit);
        }
    }

    /**
     * A signal that should be there and could not be read. What cannot be seen counts as bad.
     *
     * @param why the reason, for a person
     * @param stops whether the policy stops the backfill then, rather than slowing it
     */
    record Unreadable(String signal, String why, boolean stops) implements Reading {
        @Override
        public double pressure() {
            return stops ? 1 : 0.5;
        }

        @Override
        public String text() {
            return signal + " cannot be read: " + why;
        }
    }
}
