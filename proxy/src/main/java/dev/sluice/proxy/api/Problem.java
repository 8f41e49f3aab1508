package dev.sluice.proxy.api;

import dev.sluice.proxy.migration.MigrationException;

/** An answer that is no success, as RFC 9457 describes it. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String title;

    Problem(int status, String title, String detail) {
        super(detail);
        this.status = status;
        this.title = title;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    String detail() {
        return String.valueOf(getMessage());
    }

    static Problem notFound(String detail) {
        return new Problem(404, "Not found", detail);
    }

    static Problem badRequest(String detail) {
        return new Problem(400, "Bad request", detail);
    }

    static Problem starting() {
        return new Problem(503, "Starting", "The control plane is still being loaded; try again.");
    }

    /** A connection that failed is the database's trouble, everything else a command that does not fit the state. */
    static Problem of(MigrationException e) {
        String detail =
                e.getMessage() + e.error().hint().map(hint -> " " + hint).orElse("");
        boolean connection = e.error().sqlState().startsWith("08");
        return connection ? new Problem(502, "Database not reached", detail) : new Problem(409, "Not possible", detail);
    }
}
