package dev.sluice.proxy.cli;

import java.sql.SQLException;

/** What database errors mean for an exit code. */
final class Databases {

    private Databases() {}

    /** SQLSTATE classes 08 (connection), 28 (authorization), 3D (no such database) and 57P (shutting down) are "not reached". */
    static int exitCode(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        boolean unreachable = state.isEmpty()
                || state.startsWith("08")
                || state.startsWith("28")
                || state.startsWith("3D")
                || state.startsWith("57P");
        return unreachable ? ExitCode.UNREACHABLE : ExitCode.NEGATIVE;
    }
}
