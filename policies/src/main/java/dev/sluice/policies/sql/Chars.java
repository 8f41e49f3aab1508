package dev.sluice.policies.sql;

/** What a byte may begin or be part of. Bytes from 0x80 on are letters: parts of a non-ASCII identifier. */
final class Chars {
    static final int OTHER = 0;
    static final int BLANK = 1;
    static final int LETTER = 2;
    static final int DIGIT = 3;
    static final int DOLLAR = 4;
    static final int OPERATOR = 5;
    static final int QUOTE = 6;

    private static final byte[] CLASS = new byte[256];

    static {
        mark(" \t\n\r\f\u000b", BLANK);
        mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", LETTER);
        mark("0123456789", DIGIT);
        mark("$", DOLLAR);
        mark("~!@#^&|?+-*/%<>=", OPERATOR);
        mark("'\"`", QUOTE);
        for (int i = 128; i < 256; i++) {
            CLASS[i] = LETTER;
        }
    }

    private Chars() {}

    private static void mark(String chars, int kind) {
        for (int i = 0; i < chars.length(); i++) {
            CLASS[chars.charAt(i)] = (byte) kind;
        }
    }

    static int of(byte b) {
        return CLASS[b & 0xff];
    }

    static boolean isBlank(byte b) {
        return of(b) == BLANK;
    }

    static boolean isDigit(byte b) {
        return of(b) == DIGIT;
    }

    static boolean isOperator(byte b) {
        return of(b) == OPERATOR;
    }

    /** Whether an identifier may go on with this byte. */
    static boolean isWordPart(byte b) {
        int kind = of(b);
        return kind >= LETTER && kind <= DOLLAR;
    }

    static int wordEnd(byte[] text, int at, int to) {
        int i = at;
        while (i < to && isWordPart(text[i])) {
            i++;
        }
        return i;
    }

    static int blankEnd(byte[] text, int at, int to) {
        int i = at;
        while (i < to && isBlank(text[i])) {
            i++;
        }
        return i;
    }

    static int digitEnd(byte[] text, int at, int to) {
        int i = at;
        while (i < to && isDigit(text[i])) {
            i++;
        }
        return i;
    }

    static boolean is(byte[] text, int at, int to, char c) {
        return at < to && text[at] == c;
    }

    /** Lower case of an ASCII letter; others may become something else, but never a letter. */
    static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    /** Whether the text goes on with this lower-case ASCII word, in any case. */
    static boolean startsWith(byte[] text, int at, int to, String word) {
        if (to - at < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (lower(text[at + i]) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
