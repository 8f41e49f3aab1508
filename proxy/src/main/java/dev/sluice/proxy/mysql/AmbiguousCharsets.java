package dev.sluice.proxy.mysql;

/**
 * Character sets in which the second byte of a character may be a quote or a backslash: big5, sjis, cp932, gbk and
 * gb18030. A session is taken to use one as soon as its login or one of its statements names one, or chooses one by other means,
 * until it is asked and has another.
 */
final class AmbiguousCharsets {

    private AmbiguousCharsets() {}

    /** Whether a collation's number belongs to one of them. */
    static boolean isCollation(int id) {
        return switch (id) {
            case 1, 13, 28, 84, 87, 88, 95, 96, 248, 249, 250 -> true;
            default -> false;
        };
    }

    /** Whether the name of one of them may end at an index, or what chooses one without naming it. */
    static boolean isNamed(byte[] text, int last) {
        return switch (text[last]) {
            case 't', 'T' ->
                endsWith(text, last, "character_set_clien") && !isOnlyRead(text, last + 1)
                        || (endsWith(text, last, "charse") || endsWith(text, last, "character se"))
                                && isDisguised(text, last + 1);
            case 'k', 'K' -> endsWith(text, last, "gb");
            case '5' -> endsWith(text, last, "big");
            case '2' -> endsWith(text, last, "cp93");
            case 's', 'S' -> endsWith(text, last, "sji") || endsWith(text, last, "name") && isDisguised(text, last + 1);
            case '0' -> last > 0 && text[last - 1] == '3' && endsWith(text, last, "gb1803");
            default -> false;
        };
    }

    /** The variable as a column of a query, which is how drivers ask for it. */
    private static boolean isOnlyRead(byte[] text, int from) {
        int at = blankEnd(text, from);
        return at >= text.length || text[at] == ',' || text[at] == ';' || (text[at] | 0x20) == 'a';
    }

    /** Whether what is chosen cannot be seen: {@code SET NAMES 'gb\k'}, or a comment stands before it. */
    private static boolean isDisguised(byte[] text, int from) {
        int at = blankEnd(text, from);
        if (at >= text.length) {
            return false;
        }
        byte first = text[at];
        if (first == '\'' || first == '"') {
            for (int i = at + 1; i < text.length && text[i] != first; i++) {
                if (text[i] == '\\') {
                    return true;
                }
            }
            return false;
        }
        return first == '/' || first == '*' || first == '#' || first == '-' || first == (byte) 0xa0 || first == -1;
    }

    private static int blankEnd(byte[] text, int from) {
        int at = from;
        while (at < text.length && text[at] >= 0 && text[at] <= ' ') {
            at++;
        }
        return at;
    }

    private static boolean endsWith(byte[] text, int end, String name) {
        int start = end - name.length();
        if (start < 0) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if ((text[start + i] | 0x20) != (name.charAt(i) | 0x20)) {
                return false;
            }
        }
        return true;
    }
}
