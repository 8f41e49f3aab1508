package dev.sluice.proxy.throttle;

import java.util.List;

/** Reads signals of one server. Used by one sampler; may block for a moment. */
public interface Sensor {

    /** What it sees now: nothing where there is nothing to see. What should be there and cannot be read is said so. */
    List<Reading> read();
}
