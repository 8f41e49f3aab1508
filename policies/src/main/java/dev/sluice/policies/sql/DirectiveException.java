package dev.sluice.policies.sql;

/** A directive in a comment that is unknown or malformed; the message says which and what would be right. */
public final class DirectiveException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DirectiveException(String message) {
        super(message);
    }
}
