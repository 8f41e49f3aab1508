package dev.sluice.proxy.postgres;

import dev.sluice.proxy.intercept.Ruling;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A message's text with statements replaced, and the way back from positions in it.
 *
 * @param original as the client sent it
 * @param edits in order, not overlapping
 */
record EditedText(String original, List<Ruling.Edit> edits) {

    private static final int FEW = 64;

    EditedText {
        edits = List.copyOf(edits);
        int at = 0;
        for (Ruling.Edit edit : edits) {
            if (edit.start() < at || edit.end() < edit.start() || edit.end() > original.length()) {
                throw new IllegalArgumentException("Edits that overlap or leave the text: " + edits);
            }
            at = edit.end();
        }
    }

    /** What the server is sent. */
    String text() {
        StringBuilder out = new StringBuilder(original.length() + 256);
        int at = 0;
        for (Ruling.Edit edit : edits) {
            out.append(original, at, edit.start()).append(edit.sql());
            at = edit.end();
        }
        return out.append(original, at, original.length()).toString();
    }

    /** The edit of a statement, counted from 0. */
    Optional<Ruling.Edit> of(int statement) {
        return edits.stream().filter(edit -> edit.statement() == statement).findFirst();
    }

    /** The last statement that was replaced; empty when none was. */
    Optional<Integer> lastEdited() {
        return edits.isEmpty() ? Optional.empty() : Optional.of(edits.getLast().statement());
    }

    /**
     * Where a position stands in the text that the client sent.
     *
     * @param position in characters from 1, as the server counts them in the text it got
     * @return likewise in the original; 0 when it stands inside a replacement
     */
    int toOriginal(int position) {
        String sent = text();
        if (position < 1 || position > sent.codePointCount(0, sent.length()) + 1) {
            return 0;
        }
        int index = sent.offsetByCodePoints(0, position - 1);
        int shift = 0;
        for (Ruling.Edit edit : edits) {
            int start = edit.start() + shift;
            if (index < start) {
                break;
            }
            if (index < start + edit.sql().length()) {
                return 0;
            }
            shift += edit.sql().length() - (edit.end() - edit.start());
        }
        return codePoints(index - shift);
    }

    /**
     * Where in a replaced statement of the client's the same words stand as at a position of an inner statement.
     *
     * @param inner the statement that failed inside the replacement
     * @param position in it, in characters from 1
     * @return in characters from 1 of the original; 0 when they are not found
     */
    int find(Ruling.Edit edit, String inner, int position) {
        if (position < 1 || position > inner.codePointCount(0, inner.length()) + 1) {
            return 0;
        }
        int index = inner.offsetByCodePoints(0, position - 1);
        String statement = original.substring(edit.start(), edit.end());
        int whole = statement.indexOf(inner.strip());
        if (whole >= 0) {
            int leading = inner.length() - inner.stripLeading().length();
            return codePoints(edit.start() + whole + Math.max(0, index - leading));
        }
        for (int length = inner.length() - index; length > 0; length = shorter(inner, index, length)) {
            int found = statement.indexOf(inner.substring(index, index + length));
            if (found >= 0) {
                return codePoints(edit.start() + found);
            }
        }
        // A word of the grammar's may have been put in as we write it.
        int few = Math.min(FEW, inner.length() - index);
        for (int length = few; length > 0; length = shorter(inner, index, length)) {
            int found = ignoringCase(statement, inner.substring(index, index + length));
            if (found >= 0) {
                return codePoints(edit.start() + found);
            }
        }
        return 0;
    }

    private static int ignoringCase(String text, String part) {
        return IntStream.rangeClosed(0, text.length() - part.length())
                .filter(i -> text.regionMatches(true, i, part, 0, part.length()))
                .findFirst()
                .orElse(-1);
    }

    /** The same beginning without its last word; 0 when there is only one. */
    private static int shorter(String inner, int index, int length) {
        int end = index + length - 1;
        while (end > index && Character.isLetterOrDigit(inner.charAt(end))) {
            end--;
        }
        return end - index;
    }

    private int codePoints(int index) {
        return original.codePointCount(0, Math.min(index, original.length())) + 1;
    }
}
