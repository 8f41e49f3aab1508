package dev.sluice.policies.sql;

/**
 * Tells in one tight loop that a text is a single plain SELECT, INSERT … VALUES, UPDATE or DELETE with a WHERE: what most
 * messages are. Anything out of the ordinary (a backslash, a dollar quote, a second statement) is left to
 * {@link StatementReader}.
 */
final class Shortcut {
    private Shortcut() {}

    /** True: certainly one plain statement. False: look closer. */
    static boolean isPlain(byte[] text, int from, int to, boolean postgres) {
        int start = Chars.blankEnd(text, from, to);
        while (start + 1 < to && text[start] == '/' && text[start + 1] == '*') {
            int behind = commentEnd(text, start, to);
            if (behind < 0) {
                return false;
            }
            start = Chars.blankEnd(text, behind, to);
        }
        int first = start < to ? text[start] | 0x20 : 0;
        boolean bounded = false;
        int leadEnd;
        if (first == 's' && Chars.startsWith(text, start, to, "select")) {
            leadEnd = start + 6;
            bounded = true;
        } else if (first == 'i' && Chars.startsWith(text, start, to, "insert")) {
            leadEnd = start + 6;
            bounded = true;
        } else if (first == 'u' && Chars.startsWith(text, start, to, "update")) {
            leadEnd = start + 6;
        } else if (first == 'd' && Chars.startsWith(text, start, to, "delete")) {
            leadEnd = start + 6;
        } else {
            return false;
        }
        return leadEnd < to && Chars.isBlank(text[leadEnd]) && rest(text, leadEnd + 1, to, first, bounded, postgres);
    }

    private static boolean rest(byte[] text, int from, int to, int lead, boolean bounded, boolean postgres) {
        boolean whereSeen = bounded;
        int depth = 0;
        int i = from;
        while (i < to) {
            byte b = text[i];
            switch (Chars.of(b)) {
                case Chars.LETTER -> {
                    int end = Chars.wordEnd(text, i + 1, to);
                    if (end < to && (text[end] == '\'' || text[end] == '&')
                            || !postgres && hasNoBreakSpace(text, i, end)) {
                        return false;
                    }
                    int length = end - i;
                    if (length == 5 && depth == 0 && Chars.startsWith(text, i, end, "where")) {
                        whereSeen |= text[i - 1] != '.' && isSelective(text, end, to, postgres);
                    } else if (isSuspect(text, i, end, length, lead, postgres)
                            || (postgres && lead != 's' && length > 4 && Catalogs.define(text, i, end))) {
                        return false;
                    }
                    i = end;
                }
                case Chars.QUOTE -> {
                    i = quoted(text, i, to, postgres);
                    if (i < 0) {
                        return false;
                    }
                }
                case Chars.DOLLAR -> {
                    if (i + 1 >= to || !Chars.isDigit(text[i + 1])) {
                        return false;
                    }
                    i += 2;
                }
                case Chars.OPERATOR -> {
                    i = operator(text, i, to, postgres);
                    if (i < 0) {
                        return false;
                    }
                }
                case Chars.BLANK, Chars.DIGIT -> i++;
                default -> {
                    switch (b) {
                        case '(' -> depth++;
                        case ')' -> depth--;
                        case ';' -> {
                            return whereSeen && Chars.blankEnd(text, i + 1, to) == to;
                        }
                        case ',', '.', '[', ']', ':', '{', '}' -> {}
                        default -> {
                            return false;
                        }
                    }
                    i++;
                }
            }
        }
        return whereSeen;
    }

    /** Whether a condition begins with a name, as nearly all do; one that does not may be satisfied by every row. */
    private static boolean isSelective(byte[] text, int from, int to, boolean postgres) {
        int at = from;
        while (at < to && (Chars.isBlank(text[at]) || text[at] == '(')) {
            at++;
        }
        if (at >= to) {
            return false;
        }
        if (text[at] == (postgres ? '"' : '`')) {
            return true;
        }
        int end = Chars.wordEnd(text, at, to);
        return Chars.of(text[at]) == Chars.LETTER && !StatementShape.isConstant(text, at, end);
    }

    private static int operator(byte[] text, int at, int to, boolean postgres) {
        byte b = text[at];
        byte next = at + 1 < to ? text[at + 1] : 0;
        if (b == '/' && next == '*') {
            return commentEnd(text, at, to);
        }
        boolean other = (b == '-' && next == '-') || (!postgres && (b == '#' || b == '@'));
        return other ? -1 : at + 1;
    }

    /** Behind a comment that is neither executable nor a directive and holds no other, or -1. */
    private static int commentEnd(byte[] text, int at, int to) {
        int i = at + 2;
        if (i >= to || text[i] == '!' || text[i] == 'M' || DirectiveParser.nameStart(text, at, to) >= 0) {
            return -1;
        }
        for (; i + 1 < to; i++) {
            if (text[i] == '*' && text[i + 1] == '/') {
                return i + 2;
            }
            if (text[i] == '/' && text[i + 1] == '*') {
                return -1;
            }
        }
        return -1;
    }

    /** SELECT … INTO, and a query inside an INSERT. */
    private static boolean isSuspect(byte[] text, int at, int end, int length, int lead, boolean postgres) {
        if (lead == 's') {
            return postgres && length == 4 && Chars.startsWith(text, at, end, "into");
        }
        if (lead != 'i') {
            return false;
        }
        return switch (length) {
            case 4 -> Chars.startsWith(text, at, end, "with");
            case 5 -> Chars.startsWith(text, at, end, "table");
            case 6 -> Chars.startsWith(text, at, end, "select");
            default -> false;
        };
    }

    private static boolean hasNoBreakSpace(byte[] text, int at, int end) {
        for (int i = at; i < end; i++) {
            if (text[i] == (byte) 0xa0) {
                return true;
            }
        }
        return false;
    }

    /** Behind the closing quote, or -1 where it is not plain. A doubled quote reads as two strings side by side. */
    private static int quoted(byte[] text, int open, int to, boolean postgres) {
        byte quote = text[open];
        if (quote == '`' && postgres) {
            return -1;
        }
        for (int i = open + 1; i < to; i++) {
            if (text[i] == quote) {
                return i + 1;
            }
            if (text[i] == '\\') {
                return -1;
            }
        }
        return -1;
    }
}
