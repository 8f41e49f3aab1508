package dev.sluice.protocol.postgres;

/** The type bytes of what a client sends (manual, "Message Formats"). */
public final class FrontendType {
    public static final byte BIND = 'B';
    public static final byte CLOSE = 'C';
    public static final byte COPY_DATA = 'd';
    public static final byte COPY_DONE = 'c';
    public static final byte COPY_FAIL = 'f';
    public static final byte DESCRIBE = 'D';
    public static final byte EXECUTE = 'E';
    public static final byte FLUSH = 'H';
    public static final byte FUNCTION_CALL = 'F';
    public static final byte PARSE = 'P';
    /** PasswordMessage, SASLInitialResponse, SASLResponse, GSSResponse. */
    public static final byte AUTHENTICATION = 'p';

    public static final byte QUERY = 'Q';
    public static final byte SYNC = 'S';
    public static final byte TERMINATE = 'X';

    private FrontendType() {}

    /** Whether a client may send such a message at all. */
    public static boolean isKnown(byte type) {
        return switch (type) {
            case BIND,
                    CLOSE,
                    COPY_DATA,
                    COPY_DONE,
                    COPY_FAIL,
                    DESCRIBE,
                    EXECUTE,
                    FLUSH,
                    FUNCTION_CALL,
                    PARSE,
                    AUTHENTICATION,
                    QUERY,
                    SYNC,
                    TERMINATE -> true;
            default -> false;
        };
    }
}
