package dev.sluice.proxy.throttle;

import java.util.List;

/**
 * The one figure that paces all backfills of an upstream: the greatest pressure of its signals.
 *
 * @param level 0 none, up to 1: stop
 * @param reason the deciding signal with its value and limits, empty when there is no pressure
 */
public record Pressure(double level, String reason) {

    public static final Pressure NONE = new Pressure(0, "");

    public Pressure {
        if (!(level >= 0 && level <= 1)) {
            throw new IllegalArgumentException("pressure " + level);
        }
    }

    /** The pressure of several signals: the worst decides. */
    public static Pressure of(List<? extends Reading> readings) {
        Pressure worst = NONE;
        for (Reading reading : readings) {
            if (reading.pressure() > worst.level) {
                worst = new Pressure(reading.pressure(), reading.text());
            }
        }
        return worst;
    }

    /** Whether the hard limit of some signal is reached. */
    public boolean stops() {
        return level >= 1;
    }
}
