package dev.sluice.policies.dml;

/** A statement cannot be carried out in batches with the same result. The message says why, as half a sentence. */
public final class NotBatchedException extends Exception {

    private static final long serialVersionUID = 1;

    public NotBatchedException(String why) {
        super(why);
    }

    public String why() {
        return String.valueOf(getMessage());
    }
}
