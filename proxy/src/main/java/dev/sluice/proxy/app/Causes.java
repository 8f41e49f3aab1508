package dev.sluice.proxy.app;

/** What went wrong in the first place. */
final class Causes {

    private Causes() {}

    /** The message of the innermost cause. */
    static String first(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null ? message(e) : first(cause);
    }

    private static String message(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isEmpty() ? e.getClass().getSimpleName() : message;
    }
}
