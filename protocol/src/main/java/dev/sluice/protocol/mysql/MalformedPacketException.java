package dev.sluice.protocol.mysql;

/** Bytes that the protocol does not allow; the connection that sent them cannot be understood any further. */
public final class MalformedPacketException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedPacketException(String message) {
        super(message);
    }
}
