package dev.sluice.proxy.audit;

/** The trail cannot be written: schema changes must be refused until it can. */
public final class AuditException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String sqlState;

    public AuditException(String sqlState, String message, Throwable cause) {
        super(message, cause);
        this.sqlState = sqlState;
    }

    /** 53100 when the disk is full, else 58030. */
    public String sqlState() {
        return sqlState;
    }
}
