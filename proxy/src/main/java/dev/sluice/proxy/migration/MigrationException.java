package dev.sluice.proxy.migration;

import dev.sluice.proxy.session.ServerError;

/** A migration could not be proposed, found or commanded; the error says why and what to do. */
public final class MigrationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ServerError error;

    public MigrationException(ServerError error) {
        super(error.message());
        this.error = error;
    }

    public ServerError error() {
        return error;
    }
}
