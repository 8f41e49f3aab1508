package dev.sluice.policies.policy;

/** A policy that cannot be used; the message says what is wrong, {@link #place} where. */
public final class PolicyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String place;
    private final String problem;

    public PolicyException(String place, String problem) {
        super(problem);
        this.place = place;
        this.problem = problem;
    }

    /** The key and line, as the document gave it; empty when it is not known here. */
    public String place() {
        return place;
    }

    PolicyException at(String where) {
        PolicyException placed = new PolicyException(where, problem);
        placed.initCause(this);
        return placed;
    }
}
