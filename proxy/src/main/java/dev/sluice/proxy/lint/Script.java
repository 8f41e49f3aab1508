package dev.sluice.proxy.lint;

import java.util.ArrayList;
import java.util.List;

/**
 * A file's SQL: the text with everything that is no SQL of its forward direction blanked out at the same length, so that
 * positions are the file's own, and the pieces that the tool sends.
 */
record Script(String sql, List<Piece> pieces) {

    /**
     * @param transaction whether the tool runs it inside a transaction
     * @param single whether it is one statement whatever semicolons it holds
     */
    record Piece(int start, int end, boolean transaction, boolean single) {}

    Script {
        pieces = List.copyOf(pieces);
    }

    static Script whole(String sql, boolean transaction) {
        return new Script(sql, List.of(new Piece(0, sql.length(), transaction, false)));
    }

    /** A text in which parts can be blanked out. */
    static final class Mask {
        private final StringBuilder text;

        Mask(String text) {
            this.text = new StringBuilder(text);
        }

        /** Blanks stand for all but line breaks. */
        void blank(int start, int end) {
            for (int i = start; i < end; i++) {
                if (text.charAt(i) != '\n' && text.charAt(i) != '\r') {
                    text.setCharAt(i, ' ');
                }
            }
        }

        void put(int at, char c) {
            text.setCharAt(at, c);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    /** A line of a text, without its line break. */
    record Line(int start, int end, String text) {
        static List<Line> of(String text) {
            List<Line> lines = new ArrayList<>();
            int start = 0;
            while (start < text.length()) {
                int end = text.indexOf('\n', start);
                int next = end < 0 ? text.length() : end + 1;
                int last = end < 0 ? text.length() : end > start && text.charAt(end - 1) == '\r' ? end - 1 : end;
                lines.add(new Line(start, last, text.substring(start, last)));
                start = next;
            }
            return lines;
        }
    }
}
