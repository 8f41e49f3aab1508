package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.OptionalDouble;

/** What one signal says of the database right now, as pressure: 0 is none, 1 is the hard limit. */
public sealed interface Reading {

    /** How much of its time a backfill keeps under a signal that slows it steadily. */
    double STEADY_PRESSURE = 0.75;

    Signal signal();

    /** Which one of several: a standby, a slot. Empty where there is one. */
    String of();

    /** 0 up to the soft limit, 1 at the hard limit and above it. Never NaN. */
    double pressure();

    /**
     * Whether the value does not answer to how fast a backfill goes. It limits the pace then, in place of pushing it down
     * further and further.
     */
    boolean steady();

    /** Whether it tells of the database, and not only that nothing can be told. */
    default boolean seen() {
        return true;
    }

    /** The value, where there is one. */
    OptionalDouble value();

    /** One line for a person: the value and its limits. */
    String text();

    default String name() {
        return of().isEmpty() ? signal().name() : signal().name() + " of " + of();
    }

    /** A value that was read. Infinite stands for "as bad as can be". */
    record Measured(Signal signal, String of, double measured) implements Reading {

        public Measured {
            if (Double.isNaN(measured)) {
                throw new IllegalArgumentException(signal.name() + " is not a number");
            }
        }

        @Override
        public double pressure() {
            if (measured <= signal.slowAbove()) {
                return 0;
            }
            return signal.onlySlows()
                    ? STEADY_PRESSURE
                    : Math.min(1, (measured - signal.slowAbove()) / (signal.stopAt() - signal.slowAbove()));
        }

        @Override
        public boolean steady() {
            return signal.onlySlows();
        }

        @Override
        public OptionalDouble value() {
            return OptionalDouble.of(measured);
        }

        @Override
        public String text() {
            return name() + " " + signal.unit().print(measured) + " (" + signal.limits() + ")";
        }
    }

    /**
     * A signal that should be there and could not be read. What cannot be seen counts as bad.
     *
     * @param why the reason, for a person
     */
    record Unreadable(Signal signal, String of, String why) implements Reading {

        /** The same, as something that only slows. */
        Unreadable slowing() {
            return new Unreadable(
                    new Signal(
                            signal.name(), signal.unit(), signal.slowAbove(), signal.stopAt(), false, signal.asked()),
                    of,
                    why);
        }

        @Override
        public double pressure() {
            return signal.blindStops() ? 1 : STEADY_PRESSURE;
        }

        @Override
        public boolean seen() {
            return false;
        }

        @Override
        public boolean steady() {
            return !signal.blindStops();
        }

        @Override
        public OptionalDouble value() {
            return OptionalDouble.empty();
        }

        @Override
        public String text() {
            return name() + " cannot be read: " + why;
        }
    }

    /**
     * A signal that was at its hard limit a moment ago, and has not been well for long enough.
     *
     * @param last what it says now, or said last
     * @param left how long it must stay well
     */
    record Recovering(Reading last, Duration left) implements Reading {
        @Override
        public boolean seen() {
            return last.seen();
        }

        @Override
        public Signal signal() {
            return last.signal();
        }

        @Override
        public String of() {
            return last.of();
        }

        @Override
        public double pressure() {
            return 1;
        }

        @Override
        public boolean steady() {
            return false;
        }

        @Override
        public OptionalDouble value() {
            return last.value();
        }

        @Override
        public String text() {
            return last.text() + ", recovering";
        }
    }
}
