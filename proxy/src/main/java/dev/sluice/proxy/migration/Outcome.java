package dev.sluice.proxy.migration;

import java.time.Duration;

/** What came of one piece of work. Work that is done is committed, and its record with it. */
public sealed interface Outcome {

    /** The step is done and the next one is due. */
    record Done() implements Outcome {}

    /** A part of the step is done. */
    record Advanced() implements Outcome {}

    /**
     * Nothing can or should be done for a while.
     *
     * @param throttled whether that is for the sake of others
     * @param why empty: not worth a word
     */
    record Wait(Duration delay, boolean throttled, String why) implements Outcome {}

    /** The data or the catalog does not admit the step; only an operator's word helps. */
    record Failed(String sqlState, String why) implements Outcome {}
}
