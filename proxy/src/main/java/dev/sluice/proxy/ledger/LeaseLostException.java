package dev.sluice.proxy.ledger;

/** Another gateway has taken the migration over: whatever was being done must be rolled back. */
public final class LeaseLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LeaseLostException(Lease lease) {
        super("migration " + lease.migration() + " is no longer run by " + lease.owner());
    }
}
