package dev.sluice.protocol.mysql;

/** Status flags of OK and EOF packets. */
public final class ServerStatus {
    public static final int IN_TRANSACTION = 0x0001;
    public static final int AUTOCOMMIT = 0x0002;
    public static final int MORE_RESULTS_EXIST = 0x0008;
    public static final int CURSOR_EXISTS = 0x0040;
    public static final int LAST_ROW_SENT = 0x0080;
    public static final int NO_BACKSLASH_ESCAPES = 0x0200;
    public static final int PS_OUT_PARAMS = 0x1000;
    public static final int IN_TRANSACTION_READONLY = 0x2000;
    public static final int SESSION_STATE_CHANGED = 0x4000;

    /** What of a status belongs to the session, and not to the statement that was answered. */
    public static final int OF_THE_SESSION =
            IN_TRANSACTION | AUTOCOMMIT | NO_BACKSLASH_ESCAPES | IN_TRANSACTION_READONLY;

    private ServerStatus() {}
}
