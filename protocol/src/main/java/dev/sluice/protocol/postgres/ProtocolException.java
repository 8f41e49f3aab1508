package dev.sluice.protocol.postgres;

/** Bytes that are no message; the connection they came on cannot go on. */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String sqlState;

    public ProtocolException(String sqlState, String message) {
        super(message, null, false, false);
        this.sqlState = sqlState;
    }

    /** A violation of the protocol, 08P01. */
    public static ProtocolException violation(String message) {
        return new ProtocolException("08P01", message);
    }

    public String sqlState() {
        return sqlState;
    }
}
