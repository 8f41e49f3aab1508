package dev.sluice.policies.sql;

/** What string literals say: quotes taken away, escapes resolved. */
public final class StringText {

    private final String image;
    private final boolean escapes;
    private final boolean mySql;
    private final StringBuilder text = new StringBuilder();
    private int at;

    private StringText(String image, boolean escapes, boolean mySql) {
        this.image = image;
        this.escapes = escapes;
        this.mySql = mySql;
    }

    /**
     * The text of a literal with its prefix and, on PostgreSQL, its continuations on further lines. One that is not closed
     * reaches to its end. A {@code UESCAPE} behind it is not seen.
     */
    public static String decode(String image, LexicalRules rules) {
        return decode(image, '\\', rules);
    }

    /** The same for a token, by the {@code UESCAPE} behind it where there is one. */
    public static String decode(Token token, LexicalRules rules) {
        return decode(token.text(), token.isUnicode() ? Identifiers.escapeBehind(token) : '\\', rules);
    }

    private static String decode(String image, char unicodeEscape, LexicalRules rules) {
        if (image.startsWith("$")) {
            int open = image.indexOf('$', 1) + 1;
            return image.substring(open, Math.max(open, image.length() - open));
        }
        boolean postgres = rules.dialect() == Dialect.POSTGRES;
        boolean escaped = image.regionMatches(true, 0, "e'", 0, 2);
        boolean unicode = image.regionMatches(true, 0, "u&'", 0, 3);
        boolean escapes =
                postgres ? escaped || (!unicode && !rules.standardConformingStrings()) : !rules.noBackslashEscapes();
        String said = new StringText(image, escapes, !postgres).said();
        return postgres && unicode ? Identifiers.decode(said, unicodeEscape) : said;
    }

    private String said() {
        while (at < image.length()) {
            char quote = image.charAt(at++);
            if (quote == '\'' || (quote == '"' && mySql)) {
                segment(quote);
            }
        }
        return text.toString();
    }

    private void segment(char quote) {
        while (at < image.length()) {
            char c = image.charAt(at++);
            if (c == quote) {
                if (at >= image.length() || image.charAt(at) != quote) {
                    return;
                }
                at++;
                text.append(quote);
            } else if (c == '\\' && escapes && at < image.length()) {
                escape(image.charAt(at++));
            } else {
                text.append(c);
            }
        }
    }

    private void escape(char c) {
        switch (c) {
            case 'n' -> text.append('\n');
            case 't' -> text.append('\t');
            case 'r' -> text.append('\r');
            case 'b' -> text.append('\b');
            case 'f' -> text.append(mySql ? 'f' : '\f');
            case 'Z' -> text.append(mySql ? '\u001a' : 'Z');
            case 'x' -> code(c, 16, 2);
            case 'u' -> code(c, 16, 4);
            case 'U' -> code(c, 16, 8);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                at--;
                code(c, 8, 3);
            }
            default -> text.append(c);
        }
    }

    /** PostgreSQL's escapes by number, up to so many digits; MySQL knows none of them but a zero. */
    private void code(char c, int radix, int digits) {
        int end = at;
        while (end < image.length() && end - at < digits && Character.digit(image.charAt(end), radix) >= 0) {
            end++;
        }
        int point = end > at && !mySql ? Integer.parseUnsignedInt(image, at, end, radix) : -1;
        if (Character.isValidCodePoint(point)) {
            text.appendCodePoint(point);
            at = end;
        } else if (radix == 8) {
            text.append(image.charAt(at++));
        } else {
            text.append(c);
        }
    }
}
