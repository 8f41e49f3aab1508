package dev.sluice.policies.sql;

/** What calling a stored routine may do to a schema, from least to most. */
public enum RoutineNature {
    /** Nothing: its body and what that calls change no schema and run no SQL but what is written there. */
    HARMLESS,
    /** Perhaps something: it runs SQL that it is given or builds, or is in a language that is not read. */
    DYNAMIC,
    /** It changes a schema: that stands in its body, or in the body of what it calls. */
    CHANGES;

    public RoutineNature or(RoutineNature other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
