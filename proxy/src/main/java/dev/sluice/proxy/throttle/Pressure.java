package dev.sluice.proxy.throttle;

import java.util.List;
import java.util.Optional;

/**
 * The one figure that paces all backfills of an upstream: the greatest pressure of its signals.
 *
 * @param level 0 none, up to 1: stop
 * @param most the largest share of its time that a backfill may work under the signals that slow it steadily
 * @param deciding the signal that it comes from, with its value and limits; empty when there is no pressure
 */
public record Pressure(double level, double most, Optional<Reading> deciding) {

    public static final Pressure NONE = new Pressure(0, 1, Optional.empty());

    public Pressure {
        if (!(level >= 0 && level <= 1) || !(most >= 0 && most <= 1)) {
            throw new IllegalArgumentException("pressure " + level + ", at most " + most);
        }
    }

    /** The pressure of several signals: the worst decides. */
    public static Pressure of(List<? extends Reading> readings) {
        double level = 0;
        double most = 1;
        Optional<Reading> worst = Optional.empty();
        for (Reading reading : readings) {
            double pressure = reading.pressure();
            if (pressure > worst.map(Reading::pressure).orElse(0.0)) {
                worst = Optional.of(reading);
            }
            if (reading.steady()) {
                most = Math.min(most, 1 - pressure);
            } else {
                level = Math.max(level, pressure);
            }
        }
        return new Pressure(level, most, worst);
    }

    /** Whether the hard limit of some signal is reached. */
    public boolean stops() {
        return level >= 1;
    }

    /** As it is shown: 0 nothing holds a backfill back, 1 it stands. */
    public double shown() {
        return Math.max(level, 1 - most);
    }

    /** The deciding signal with its value and limits, or nothing. */
    public String reason() {
        return deciding.map(Reading::text).orElse("");
    }
}
