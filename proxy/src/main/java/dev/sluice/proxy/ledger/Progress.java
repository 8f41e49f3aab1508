package dev.sluice.proxy.ledger;

/**
 * What is told of a migration that is under way.
 *
 * @param rowsDone rows filled so far
 * @param rowsTotal rows to fill, estimated; 0 when nothing is filled
 * @param rowsPerSecond lately
 * @param throttled whether it is held back for the sake of others
 * @param reason why it waits, empty when it does not
 */
public record Progress(long rowsDone, long rowsTotal, double rowsPerSecond, boolean throttled, String reason) {

    public static final Progress NONE = new Progress(0, 0, 0, false, "");

    public Progress because(String why) {
        return new Progress(rowsDone, rowsTotal, rowsPerSecond, throttled, why);
    }
}
