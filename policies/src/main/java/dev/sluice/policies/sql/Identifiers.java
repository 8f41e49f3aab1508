package dev.sluice.policies.sql;

import java.nio.charset.StandardCharsets;

/** What the servers make of identifiers: folding, decoding, cutting. */
final class Identifiers {
    /** PostgreSQL's NAMEDATALEN without the closing zero. */
    private static final int POSTGRES_BYTES_MAX = 63;

    private Identifiers() {}

    /** An unquoted PostgreSQL identifier: ASCII letters to lower case, cut. Others stay, as in a UTF-8 database. */
    static String fold(String word) {
        StringBuilder folded = new StringBuilder(word.length());
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            folded.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return cut(folded.toString());
    }

    static String cut(String name) {
        if (name.length() * 3 <= POSTGRES_BYTES_MAX
                || name.getBytes(StandardCharsets.UTF_8).length <= POSTGRES_BYTES_MAX) {
            return name;
        }
        int bytes = 0;
        int i = 0;
        while (i < name.length()) {
            int point = name.codePointAt(i);
            bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (bytes > POSTGRES_BYTES_MAX) {
                break;
            }
            i += Character.charCount(point);
        }
        return name.substring(0, i);
    }

    static String unquote(Token token) {
        String text = token.text();
        boolean unicode = text.charAt(0) == 'U' || text.charAt(0) == 'u';
        int open = unicode ? 2 : 0;
        String quote = text.substring(open, open + 1);
        int close = text.length() > open + 1 && text.endsWith(quote) ? text.length() - 1 : text.length();
        String name = text.substring(open + 1, close).replace(quote + quote, quote);
        if (token.dialect() != Dialect.POSTGRES) {
            return name;
        }
        return cut(unicode ? decode(name, escapeBehind(token)) : name);
    }

    /** The character that {@code UESCAPE 'c'} behind a {@code U&"…"} or {@code U&'…'} names, or a backslash. */
    static char escapeBehind(Token token) {
        Scanner rest = Scanner.of(
                token.sql(), token.end(), token.sql().length(), LexicalRules.defaults(ServerVersion.postgres(18)));
        if (rest.next().isWord("UESCAPE")) {
            Token escape = rest.next();
            String value = escape.value();
            if (escape.kind() == Token.Kind.STRING && value.length() == 1) {
                return value.charAt(0);
            }
        }
        return '\\';
    }

    /** {@code \0061} and {@code \+000061}; what is malformed stays, the server will refuse it. */
    static String decode(String text, char escape) {
        StringBuilder decoded = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != escape) {
                decoded.append(c);
                i++;
            } else if (i + 1 < text.length() && text.charAt(i + 1) == escape) {
                decoded.append(escape);
                i += 2;
            } else {
                i += point(text, i, decoded);
            }
        }
        return decoded.toString();
    }

    /** Appends the character that the escape at i stands for, and returns how long the escape is. */
    private static int point(String text, int i, StringBuilder to) {
        boolean wide = i + 1 < text.length() && text.charAt(i + 1) == '+';
        int from = i + (wide ? 2 : 1);
        int until = from + (wide ? 6 : 4);
        if (until <= text.length() && isHex(text, from, until)) {
            int point = Integer.parseInt(text, from, until, 16);
            if (Character.isValidCodePoint(point)) {
                to.appendCodePoint(point);
                return until - i;
            }
        }
        to.append(text.charAt(i));
        return 1;
    }

    private static boolean isHex(String text, int from, int until) {
        for (int i = from; i < until; i++) {
            if (Character.digit(text.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    /** What stands between the quotes of a string, doubled quotes undone, other escapes left. */
    static String content(String text) {
        int open = 0;
        while (open < text.length() && "'\"$".indexOf(text.charAt(open)) < 0) {
            open++;
        }
        if (open == text.length()) {
            return text;
        }
        if (text.charAt(open) == '$') {
            int behindTag = text.indexOf('$', open + 1) + 1;
            return text.substring(behindTag, Math.max(behindTag, text.length() - behindTag));
        }
        String quote = text.substring(open, open + 1);
        int close = text.length() > open + 1 && text.endsWith(quote) ? text.length() - 1 : text.length();
        return text.substring(open + 1, close).replace(quote + quote, quote);
    }
}
