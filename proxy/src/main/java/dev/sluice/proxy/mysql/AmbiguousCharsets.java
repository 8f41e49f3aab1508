package dev.sluice.proxy.mysql;

/**
 * Character sets in which the second byte of a character may be a quote or a backslash: big5, sjis, cp932, gbk and
 * gb18030. A session is taken to use one as soon as its login or one of its statements names one.
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

    /** Whether the name of one of them may end at an index. */
    static boolean isNamed(byte[] text, int last) {
        return switch (text[last]) {
            case 'k', 'K' -> endsWith(text, last, "gb");
            case '5' -> endsWith(text, last, "big");
            case '2' -> endsWith(text, last, "cp93");
            case 's', 'S' ->
                last > 0 && (text[last - 1] == 'i' || text[last - 1] == 'I') && endsWith(text, last, "sji");
            case '0' -> last > 0 && text[last - 1] == '3' && endsWith(text, last, "gb1803");
            default -> false;
        };
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
