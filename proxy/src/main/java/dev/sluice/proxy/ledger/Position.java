package dev.sluice.proxy.ledger;

/**
 * How far a migration has come: everything before it is done and committed.
 *
 * @param phase index of the phase in the plan
 * @param step index of the step in the phase
 * @param cursor what the step itself remembers, JSON; empty at its beginning
 */
public record Position(int phase, int step, String cursor) {

    public static final Position START = new Position(0, 0, "");

    public Position at(String newCursor) {
        return new Position(phase, step, newCursor);
    }
}
