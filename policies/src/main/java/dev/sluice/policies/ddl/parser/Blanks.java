package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import java.util.regex.Pattern;

/** What stands between tokens: white space and comments, by a server's rules. Knows which comments are code. */
final class Blanks {
    /** An executable comment that was opened right before the statement. */
    private static final Pattern OPENED = Pattern.compile("/\\*M?!\\d*\\s*$");

    private final String text;
    private final int end;
    private final Dialect dialect;
    private final int version;
    private boolean insideCode;

    Blanks(String text, int start, int end, LexicalRules rules) {
        this.text = text;
        this.insideCode = rules.dialect().isMySqlFamily()
                && OPENED.matcher(text.substring(Math.max(0, start - 64), start))
                        .find();
        this.end = end;
        this.dialect = rules.dialect();
        this.version = rules.version().commentNumber();
    }

    /** The first character at or behind {@code from} that belongs to a token, or the end. */
    int skip(int from) {
        int at = from;
        while (at < end) {
            int next = skipOne(at);
            if (next == at) {
                return at;
            }
            at = next;
        }
        return at;
    }

    private int skipOne(int at) {
        char c = text.charAt(at);
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            return at + 1;
        }
        if (c == '#' && dialect.isMySqlFamily()) {
            return lineEnd(at);
        }
        if (c == '-' && text.startsWith("--", at) && startsLineComment(at + 2)) {
            return lineEnd(at);
        }
        if (insideCode && text.startsWith("*/", at)) {
            insideCode = false;
            return at + 2;
        }
        return text.startsWith("/*", at) ? comment(at) : at;
    }

    /** MySQL wants white space or a control character behind {@code --}. */
    private boolean startsLineComment(int behind) {
        return !dialect.isMySqlFamily() || behind >= end || text.charAt(behind) <= ' ';
    }

    private int lineEnd(int from) {
        int i = from;
        while (i < end && text.charAt(i) != '\n' && (text.charAt(i) != '\r' || dialect.isMySqlFamily())) {
            i++;
        }
        return i;
    }

    private int comment(int at) {
        if (dialect == Dialect.POSTGRES) {
            return nested(at);
        }
        boolean bang = text.startsWith("/*!", at);
        boolean mariadb = dialect == Dialect.MARIADB && text.startsWith("/*M!", at);
        if (bang || mariadb) {
            int digits = at + (mariadb ? 4 : 3);
            int behind = digits;
            while (behind < end && behind < digits + 6 && Character.digit(text.charAt(behind), 10) >= 0) {
                behind++;
            }
            if (behind - digits < 5) {
                return open(digits, at);
            }
            int wanted = Integer.parseInt(text, digits, behind, 10);
            boolean foreign = dialect == Dialect.MARIADB && bang && wanted >= 50_700 && wanted <= 99_999;
            return wanted <= version && !foreign ? open(behind, at) : closedOnce(at);
        }
        return close(at + 2, at);
    }

    private int open(int behind, int at) {
        if (insideCode) {
            throw new UnreadableTextException("an executable comment inside another", at);
        }
        insideCode = true;
        return behind;
    }

    /** A comment that is not code may have one plain comment inside. */
    private int closedOnce(int at) {
        int i = at + 2;
        while (i < end) {
            if (text.startsWith("*/", i)) {
                return i + 2;
            }
            i = text.startsWith("/*", i) ? close(i + 2, i) : i + 1;
        }
        throw new UnreadableTextException("a comment without an end", at);
    }

    private int close(int from, int at) {
        int close = text.indexOf("*/", from);
        if (close < 0 || close + 2 > end) {
            throw new UnreadableTextException("a comment without an end", at);
        }
        return close + 2;
    }

    private int nested(int at) {
        int depth = 0;
        int i = at;
        while (i < end) {
            if (text.startsWith("/*", i)) {
                depth++;
                i += 2;
            } else if (text.startsWith("*/", i)) {
                depth--;
                i += 2;
                if (depth == 0) {
                    return i;
                }
            } else {
                i++;
            }
        }
        throw new UnreadableTextException("a comment without an end", at);
    }
}
