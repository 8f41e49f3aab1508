package dev.sluice.policies.ddl.parser;

/** Text that is no sequence of tokens: a string, comment or quoted name without an end. */
final class UnreadableTextException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    UnreadableTextException(String message, int position) {
        super(message);
        reason = message + " at character " + (position + 1);
    }

    @Override
    public String getMessage() {
        return reason;
    }
}
