package dev.sluice.proxy.throttle;

import java.util.List;

/** Reads signals of one server. Used by one thread at a time; may block. */
public interface Sensor extends AutoCloseable {

    /** What it sees now: nothing where there is nothing to see. What should be there and cannot be read is said so. */
    List<Reading> read();

    /** What is to be said when it does not answer. */
    Reading blind(String why);

    @Override
    default void close() {}
}
