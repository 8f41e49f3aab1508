package dev.sluice.proxy.intercept.command;

import dev.sluice.proxy.session.ServerError;
import java.util.Optional;

/** A gateway command that is none; the error points at the word that is wrong. */
public final class CommandSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ServerError error;

    CommandSyntaxException(String message, String right, int position) {
        super(message);
        this.error = new ServerError(
                "ERROR",
                "42601",
                1064,
                message,
                right.isEmpty() ? Optional.empty() : Optional.of(right),
                Optional.of("SHOW SLUICE HELP lists the commands."),
                position);
    }

    public ServerError error() {
        return error;
    }
}
