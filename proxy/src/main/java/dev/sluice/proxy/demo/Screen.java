package dev.sluice.proxy.demo;

import dev.sluice.proxy.cli.TextTable;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What the demo shows: steps as lines, progress as one line that is written again, or as plain lines now and then. */
final class Screen {

    private static final long PLAIN_EVERY_NANOS = 2_000_000_000L;
    private static final int BAR = 28;

    private final PrintWriter out;
    private final boolean terminal;
    private final boolean colour;
    private long lastPlain;
    private boolean lineOpen;

    Screen(PrintWriter out, boolean terminal, boolean colour) {
        this.out = out;
        this.terminal = terminal;
        this.colour = colour;
    }

    void step(String text) {
        closeLine();
        out.println((colour ? "\u001b[1;36m▸\u001b[0m " : "* ") + text);
        out.flush();
    }

    void line(String text) {
        closeLine();
        out.println("  " + text);
        out.flush();
    }

    void good(String text) {
        line((colour ? "\u001b[32m✓\u001b[0m " : "ok: ") + text);
    }

    void bad(String text) {
        line((colour ? "\u001b[31m✗\u001b[0m " : "NOT: ") + text);
    }

    /** @param share done, 0 to 1 */
    void progress(double share, String text) {
        if (terminal) {
            int full = (int) Math.round(Math.clamp(share, 0.0, 1.0) * BAR);
            String bar = "█".repeat(full) + "░".repeat(BAR - full);
            out.print("\r\u001b[2K  " + bar + String.format(Locale.ROOT, " %3.0f%%  ", share * 100) + text);
            out.flush();
            lineOpen = true;
        } else if (System.nanoTime() - lastPlain > PLAIN_EVERY_NANOS) {
            lastPlain = System.nanoTime();
            line(String.format(Locale.ROOT, "%3.0f%%  %s", share * 100, text));
        }
    }

    void table(List<List<String>> rows) {
        closeLine();
        TextTable.of(rows).lines().forEach(line -> out.println("  " + line));
        out.flush();
    }

    private void closeLine() {
        if (lineOpen) {
            out.println();
            lineOpen = false;
        }
    }

    static String ms(Duration duration) {
        double ms = duration.toNanos() / 1e6;
        return ms < 10_000
                ? String.format(Locale.ROOT, "%,.1f ms", ms)
                : String.format(Locale.ROOT, "%,.1f s", ms / 1000);
    }

    static String count(double number) {
        return String.format(Locale.ROOT, "%,.0f", number);
    }
}
