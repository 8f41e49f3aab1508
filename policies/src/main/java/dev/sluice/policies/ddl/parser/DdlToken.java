package dev.sluice.policies.ddl.parser;

import java.util.Locale;

/** A token with its place in the client's message. */
final class DdlToken extends Token {
    private static final long serialVersionUID = 1L;

    final int start;
    final int end;

    /** The word in upper case where it is an unquoted one, empty otherwise. */
    final String word;

    DdlToken(int kind, String text, int start, int end) {
        this.kind = kind;
        this.start = start;
        this.end = end;
        this.image = text.substring(start, end);
        this.word = "";
    }

    private DdlToken(int kind, String image, String word, int start, int end) {
        this.kind = kind;
        this.start = start;
        this.end = end;
        this.image = image;
        this.word = word;
    }

    /** An unquoted word, which is a keyword of the grammar or a name. */
    static DdlToken word(String text, int start, int end) {
        String image = text.substring(start, end);
        String word = image.toUpperCase(Locale.ROOT);
        return new DdlToken(Kinds.ofWord(word), image, word, start, end);
    }

    boolean is(String wanted) {
        return word.equals(wanted);
    }
}
