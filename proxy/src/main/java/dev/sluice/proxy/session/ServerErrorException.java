package dev.sluice.proxy.session;

/** The server answered an injected statement with an error, or the connection was lost (SQLSTATE 08006). */
public final class ServerErrorException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ServerError error;

    public ServerErrorException(ServerError error) {
        super(error.sqlState() + ": " + error.message());
        this.error = error;
    }

    public ServerError error() {
        return error;
    }
}
