package dev.sluice.proxy.config;

/**
 * Something wrong in a configuration.
 *
 * @param source the file's name, or the environment variable's
 * @param line counted from 1, 0 when there is none
 * @param key dotted path, {@code listeners[0].address}; empty for the whole file
 * @param message what was expected, and what was found
 */
public record ConfigProblem(String source, int line, String key, String message) {

    @Override
    public String toString() {
        return source + (line > 0 ? ":" + line : "") + ": " + (key.isEmpty() ? "" : key + ": ") + message;
    }
}
