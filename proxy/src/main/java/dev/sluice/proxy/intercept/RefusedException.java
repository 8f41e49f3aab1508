package dev.sluice.proxy.intercept;

import dev.sluice.proxy.session.ServerError;

/** The message is refused; nothing of it is sent. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ServerError error;

    RefusedException(ServerError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    ServerError error() {
        return error;
    }
}
