package dev.sluice.proxy.audit;

import java.util.Locale;
import java.util.Set;

/**
 * Takes secrets out of statements before they are written down: passwords of roles and users, connection strings,
 * options of user mappings.
 *
 * <p>It looks for the words that come before a secret, wherever they stand, also in a string or a function's body, and
 * rather masks too much than too little: what is recorded is evidence, not something to run again.
 */
public final class SecretMask {

    private static final String STARS = "***";
    private static final Set<String> BEFORE_A_LITERAL =
            Set.of("CONNECTION", "CREDENTIALS", "SECRET", "TOKEN", "PASSPHRASE");
    private static final Set<String> BEHIND_IDENTIFIED = Set.of("BY", "AS", "REPLACE", "USING");

    private final String sql;
    private final StringBuilder out;
    private int at;
    private String previousWord = "";
    private boolean identified;
    private boolean setPassword;

    private SecretMask(String sql) {
        this.sql = sql;
        this.out = new StringBuilder(sql.length());
    }

    /** The statement with each secret as {@code '***'}. */
    public static String mask(String sql) {
        return new SecretMask(sql).run();
    }

    private String run() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (isWord(c)) {
                word();
            } else {
                out.append(c);
                at++;
                if (c == '=' && setPassword) {
                    maskValue(false);
                } else if (c == ':' && sql.startsWith("//", at)) {
                    maskUrlPassword();
                }
            }
        }
        return out.toString();
    }

    private void word() {
        int start = at;
        while (at < sql.length() && isWord(sql.charAt(at))) {
            at++;
        }
        out.append(sql, start, at);
        String word = sql.substring(start, Math.min(at, start + 64)).toUpperCase(Locale.ROOT);
        boolean password = word.equals("PASSWORD")
                || word.equals("PASSWD")
                || word.endsWith("_PASSWORD")
                || word.endsWith("_SECRET")
                || word.endsWith("_KEY") && !previousWord.equals("CREATE");
        identified |= word.equals("IDENTIFIED");
        setPassword |= previousWord.equals("SET") && word.equals("PASSWORD");
        if (password) {
            maskValue(true);
        } else if (BEFORE_A_LITERAL.contains(word)
                || identified && BEHIND_IDENTIFIED.contains(word)
                || setPassword && word.equals("TO")) {
            maskValue(false);
        }
        previousWord = word;
    }

    /** Masks the literal that comes next, if one does; with {@code bare}, also an unquoted value behind {@code =}. */
    private void maskValue(boolean bare) {
        int start = at;
        boolean equals = skipToValue();
        if (at >= sql.length()) {
            out.append(sql, start, at);
            return;
        }
        int literal = at;
        String opening = opening();
        out.append(sql, start, literal);
        if (!opening.isEmpty()) {
            at = literal + opening.length();
            endOfLiteral(opening);
            out.append('\'').append(STARS).append('\'');
        } else if (bare && equals) {
            maskBareValue();
        }
    }

    /** {@code password=x} in a connection string; a function call's name stays, its argument comes next. */
    private void maskBareValue() {
        int end = at;
        while (end < sql.length() && " \t\r\n'\";,()&".indexOf(sql.charAt(end)) < 0) {
            end++;
        }
        if (end > at && (end >= sql.length() || sql.charAt(end) != '(')) {
            at = end;
            out.append(STARS);
        }
    }

    /** Steps over blanks, comments, one {@code =} and opening parentheses; says whether there was a {@code =}. */
    private boolean skipToValue() {
        boolean equals = false;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (sql.startsWith("/*", at)) {
                int end = sql.indexOf("*/", at + 2);
                at = end < 0 ? sql.length() : end + 2;
            } else if (sql.startsWith("--", at)) {
                int end = sql.indexOf('\n', at);
                at = end < 0 ? sql.length() : end + 1;
            } else if (Character.isWhitespace(c) || c == '(' || c == '=' && !equals) {
                equals |= c == '=';
                at++;
            } else {
                break;
            }
        }
        return equals;
    }

    /** What opens the literal here, its prefix included: {@code '}, {@code ''} in a string, {@code E'}, {@code $x$}. */
    private String opening() {
        int quote = at;
        if (sql.startsWith("U&", at) || sql.startsWith("u&", at)) {
            quote += 2;
        } else if ("eEnNbBxX".indexOf(sql.charAt(at)) >= 0) {
            quote += 1;
        }
        if (quote >= sql.length()) {
            return "";
        }
        char c = sql.charAt(quote);
        int end = quote;
        if (c == '\'' || c == '"') {
            while (end < sql.length() && sql.charAt(end) == c) {
                end++;
            }
        } else if (c == '$' && quote == at) {
            end++;
            while (end < sql.length() && isWord(sql.charAt(end)) && sql.charAt(end) != '$') {
                end++;
            }
            end = end < sql.length() && sql.charAt(end) == '$' ? end + 1 : quote;
        }
        return end == quote ? "" : sql.substring(at, end);
    }

    /** Moves behind the literal; to the end of the text where a backslash leaves open which quote ends it. */
    private void endOfLiteral(String opening) {
        char last = opening.charAt(opening.length() - 1);
        if (last == '$') {
            int end = sql.indexOf(opening, at);
            at = end < 0 ? sql.length() : end + opening.length();
            return;
        }
        int quotes = (int) opening.chars().filter(c -> c == last).count();
        if (quotes % 2 == 0 && (at >= sql.length() || !isWord(sql.charAt(at)) && quotes == 2)) {
            return; // An empty literal.
        }
        int run = 0;
        for (; at < sql.length(); at++) {
            if (sql.charAt(at) == '\\') {
                at = sql.length();
                return;
            }
            if (sql.charAt(at) == last) {
                run++;
            } else if (run >= quotes && (run - quotes) % (2 * quotes) == 0) {
                return;
            } else {
                run = 0;
            }
        }
    }

    private void maskUrlPassword() {
        int end = at + 2;
        int colon = -1;
        while (end < sql.length() && " \t\r\n'\"/@".indexOf(sql.charAt(end)) < 0) {
            if (sql.charAt(end) == ':' && colon < 0) {
                colon = end;
            }
            end++;
        }
        if (colon > 0 && end < sql.length() && sql.charAt(end) == '@') {
            out.append(sql, at, colon + 1).append(STARS);
            at = end;
        }
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }
}
