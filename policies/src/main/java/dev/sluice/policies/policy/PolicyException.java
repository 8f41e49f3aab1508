package dev.sluice.policies.policy;

/** A policy that cannot be used; the message says what is wrong, {@link #place} where. */
public final class PolicyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String place;

    public PolicyException(String place, String message) {
        super(message);
        this.place = place;
    }

    /** The key and line, as the document gave it; empty when it is not known here. */
    public String place() {
        return place;
    }

    PolicyException at(String where) {
        PolicyException placed = new PolicyException(where, getMessage());
        placed.initCause(this);
        return placed;
    }
}
