package dev.sluice.proxy.session;

import java.util.Optional;

/**
 * An error as PostgreSQL's ErrorResponse or MySQL's ERR packet carries it; the server's own, or one that the gateway
 * gives.
 *
 * @param severity ERROR or FATAL
 * @param sqlState five characters
 * @param code MySQL's error number, 0 for PostgreSQL
 * @param position in the text that the client sent, counted in characters from 1; 0 for none
 * @param about what it is about, as far as the server has said
 */
public record ServerError(
        String severity,
        String sqlState,
        int code,
        String message,
        Optional<String> detail,
        Optional<String> hint,
        int position,
        ErrorObject about) {

    /** About nothing that has a name. */
    public ServerError(
            String severity,
            String sqlState,
            int code,
            String message,
            Optional<String> detail,
            Optional<String> hint,
            int position) {
        this(severity, sqlState, code, message, detail, hint, position, ErrorObject.NONE);
    }

    /** The same, about something. */
    public ServerError about(ErrorObject object) {
        return new ServerError(severity, sqlState, code, message, detail, hint, position, object);
    }

    /** An error of the gateway's own. */
    public static ServerError of(String sqlState, int code, String message, String detail, String hint) {
        return new ServerError(
                "ERROR",
                sqlState,
                code,
                message,
                detail.isEmpty() ? Optional.empty() : Optional.of(detail),
                hint.isEmpty() ? Optional.empty() : Optional.of(hint),
                0);
    }
}
