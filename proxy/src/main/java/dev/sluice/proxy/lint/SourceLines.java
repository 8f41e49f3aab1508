package dev.sluice.proxy.lint;

import java.util.Arrays;

/** Turns character positions of a text into lines and columns. */
final class SourceLines {
    private static final int EXCERPT_MAX = 500;

    private final String text;
    private final int[] starts;

    SourceLines(String text) {
        this.text = text;
        int[] found = new int[16];
        int count = 1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                if (count == found.length) {
                    found = Arrays.copyOf(found, count * 2);
                }
                found[count++] = i + 1;
            }
        }
        this.starts = Arrays.copyOf(found, count);
    }

    /** The place of a slice; of the file where it is empty and at the start. */
    LintFinding.Place place(int start, int end) {
        int first = Math.min(start, text.length());
        int last = Math.max(first, Math.min(end, text.length()));
        int line = line(first);
        int endLine = line(Math.max(first, last - 1));
        return new LintFinding.Place(
                line, first - starts[line - 1] + 1, endLine, last - starts[endLine - 1] + 1, excerpt(line));
    }

    /** Counts from 1. */
    int line(int position) {
        int found = Arrays.binarySearch(starts, position);
        return found >= 0 ? found + 1 : -found - 1;
    }

    int startOf(int line) {
        return starts[line - 1];
    }

    private String excerpt(int line) {
        int start = starts[line - 1];
        int end = line < starts.length ? starts[line] - 1 : text.length();
        String whole = text.substring(start, Math.min(end, start + EXCERPT_MAX));
        return whole.endsWith("\r") ? whole.substring(0, whole.length() - 1) : whole;
    }
}
