package dev.sluice.proxy.cli;

/** The exit codes of every command. */
public final class ExitCode {

    public static final int FINE = 0;
    /** Findings, or a negative answer. */
    public static final int NEGATIVE = 1;
    /** Wrong usage or configuration. */
    public static final int USAGE = 2;
    /** A database or gateway could not be reached. */
    public static final int UNREACHABLE = 3;

    public static final int APPROVAL_PENDING = 4;
    /** The wait timed out; the work goes on. */
    public static final int TIMED_OUT = 5;
    /** Interrupted; never cancels a migration. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
