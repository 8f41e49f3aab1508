package dev.sluice.proxy.cli;

import java.util.Map;

/** What the output may look like. */
public final class Terminal {

    private Terminal() {}

    /** Colour only on a terminal and never with {@code NO_COLOR}. */
    public static boolean colourOn(boolean terminal) {
        return colourOn(terminal, System.getenv());
    }

    static boolean colourOn(boolean terminal, Map<String, String> environment) {
        String noColor = environment.getOrDefault("NO_COLOR", "");
        return terminal
                && noColor.isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    /** Whether stdout is a terminal: the launcher knows, since Java cannot tell stdout from stdin. */
    public static boolean present() {
        String told = System.getProperty("sluice.terminal");
        return told == null ? System.console() != null : Boolean.parseBoolean(told);
    }
}
