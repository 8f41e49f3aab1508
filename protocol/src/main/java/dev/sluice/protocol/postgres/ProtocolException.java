package dev.sluice.protocol.postgres;

/** Bytes that are no message; the connection they came on cannot go on. */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String sqlState;
    private final String reason;

    public ProtocolException(String sqlState, String message) {
        super(message, null, false, false);
        this.sqlState = sqlState;
        this.reason = message;
    }

    /** A violation of the protocol, 08P01. */
    public static ProtocolException violation(String message) {
        return new ProtocolException("08P01", message);
    }

    /** What is wrong, for the one who sent it. */
    public String reason() {
        return reason;
    }

    public String sqlState() {
        return sqlState;
    }
}
