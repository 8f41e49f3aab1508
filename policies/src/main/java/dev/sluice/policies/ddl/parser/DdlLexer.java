package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import java.io.Reader;

/**
 * Makes the generated parser's tokens by a server's own lexical rules.
 *
 * <p>It stands in for the generated token manager, which takes {@code //} and {@code /*!} for comments, knows no nested
 * comment and no dollar quote, and has no positions in the text.
 */
final class DdlLexer extends DdlParserImplTokenManager {
    /** What the generated class wants to read from, and never does here. */
    private static final SimpleCharStream UNREAD = new SimpleCharStream(Reader.nullReader(), 1, 1, 1);

    private final String text;
    private final int end;
    private final LexicalRules rules;
    private final boolean postgres;
    private final Blanks blanks;
    private int at;
    private boolean afterDot;

    DdlLexer(String text, int start, int end, LexicalRules rules) {
        super(UNREAD);
        this.text = text;
        this.at = start;
        this.end = end;
        this.rules = rules;
        this.postgres = rules.dialect() == Dialect.POSTGRES;
        this.blanks = new Blanks(text, start, end, rules);
    }

    @Override
    public Token getNextToken() {
        at = blanks.skip(at);
        DdlToken token = next();
        afterDot = token.kind == DdlParserImplConstants.DOT;
        at = token.end;
        return token;
    }

    private DdlToken next() {
        if (at >= end) {
            return new DdlToken(DdlParserImplConstants.EOF, text, end, end);
        }
        char c = text.charAt(at);
        if (c == '\'') {
            return string(at, plainBackslashes());
        }
        if (c == '"') {
            return postgres || rules.ansiQuotes()
                    ? quotedName(at, '"')
                    : token(DdlParserImplConstants.QUOTED_STRING, closing(at, '"', plainBackslashes()));
        }
        if (c == '`' && !postgres) {
            return quotedName(at, '`');
        }
        if (c == '$' && postgres) {
            return dollar();
        }
        if (isDigit(c) || (c == '.' && isDigit(peek(1)) && !afterDot && !wordBefore())) {
            return number();
        }
        return isWordStart(c) ? word() : token(Kinds.ofCharacter(c), at + 1);
    }

    private DdlToken word() {
        char next = peek(1);
        if (next == '\'') {
            switch (text.charAt(at)) {
                case 'e', 'E' -> {
                    if (postgres) {
                        return string(at + 1, true);
                    }
                }
                case 'n', 'N' -> {
                    return string(at + 1, plainBackslashes());
                }
                case 'b', 'B', 'x', 'X' -> {
                    return string(at + 1, false);
                }
                default -> {}
            }
        }
        if (postgres && (text.charAt(at) | 0x20) == 'u' && next == '&') {
            if (peek(2) == '\'') {
                return string(at + 2, false);
            }
            if (peek(2) == '"') {
                return token(DdlParserImplConstants.UNICODE_QUOTED_IDENTIFIER, closing(at + 2, '"', false));
            }
        }
        return DdlToken.word(text, at, wordEnd(at));
    }

    /** Numbers, and MySQL's names that start with a digit. */
    private DdlToken number() {
        if (!postgres && isDigit(text.charAt(at))) {
            int wordEnd = wordEnd(at);
            if (afterDot || (!numeral(at, wordEnd) && !hexOrBits(at, wordEnd))) {
                return DdlToken.word(text, at, wordEnd);
            }
        }
        int i = at;
        boolean whole = true;
        if (hexOrBits(at, wordEnd(at))) {
            return token(DdlParserImplConstants.UNSIGNED_INTEGER_LITERAL, wordEnd(at));
        }
        while (i < end && (isDigit(text.charAt(i)) || (text.charAt(i) == '_' && postgres))) {
            i++;
        }
        if (i < end && text.charAt(i) == '.') {
            whole = false;
            i++;
            while (i < end && isDigit(text.charAt(i))) {
                i++;
            }
        }
        int exponent = exponentEnd(i);
        return token(
                whole && exponent == i
                        ? DdlParserImplConstants.UNSIGNED_INTEGER_LITERAL
                        : DdlParserImplConstants.DECIMAL_NUMERIC_LITERAL,
                exponent);
    }

    private int exponentEnd(int from) {
        if (from >= end || (text.charAt(from) | 0x20) != 'e') {
            return from;
        }
        int i = from + 1;
        if (i < end && (text.charAt(i) == '+' || text.charAt(i) == '-')) {
            i++;
        }
        int digits = i;
        while (i < end && isDigit(text.charAt(i))) {
            i++;
        }
        return i > digits ? i : from;
    }

    /** Whether [from, to) is digits alone, or digits and an exponent. */
    private boolean numeral(int from, int to) {
        int i = from;
        while (i < to && isDigit(text.charAt(i))) {
            i++;
        }
        return i == to || exponentEnd(i) >= to;
    }

    private boolean hexOrBits(int from, int to) {
        if (to - from < 3 || text.charAt(from) != '0') {
            return false;
        }
        char base = (char) (text.charAt(from + 1) | 0x20);
        String digits = base == 'x' ? "0123456789abcdefABCDEF_" : base == 'b' ? "01_" : base == 'o' ? "01234567_" : "";
        if (digits.isEmpty() || (base == 'o' && !postgres)) {
            return false;
        }
        for (int i = from + 2; i < to; i++) {
            if (digits.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    /** {@code $tag$…$tag$}, or a parameter {@code $1}. */
    private DdlToken dollar() {
        int i = at + 1;
        while (i < end && text.charAt(i) != '$' && isWordPart(text.charAt(i))) {
            i++;
        }
        boolean tag = i < end && text.charAt(i) == '$' && !isDigit(peek(1));
        if (!tag) {
            return token(DdlParserImplConstants.OTHER_CHARACTER, Math.max(at + 1, i));
        }
        String delimiter = text.substring(at, i + 1);
        int close = text.indexOf(delimiter, i + 1);
        if (close < 0 || close + delimiter.length() > end) {
            throw new UnreadableTextException("a dollar-quoted string without an end", at);
        }
        return token(DdlParserImplConstants.QUOTED_STRING, close + delimiter.length());
    }

    private DdlToken string(int quote, boolean backslashes) {
        return token(DdlParserImplConstants.QUOTED_STRING, closing(quote, '\'', backslashes));
    }

    private DdlToken quotedName(int from, char quote) {
        return token(DdlParserImplConstants.QUOTED_IDENTIFIER, closing(from, quote, false));
    }

    /** The character behind the closing quote; a doubled one stands for itself. */
    private int closing(int open, char quote, boolean backslashes) {
        for (int i = open + 1; i < end; i++) {
            char c = text.charAt(i);
            if (c == '\\' && backslashes) {
                i++;
            } else if (c == quote) {
                if (i + 1 >= end || text.charAt(i + 1) != quote) {
                    return i + 1;
                }
                i++;
            }
        }
        throw new UnreadableTextException("a quote without an end", open);
    }

    private boolean plainBackslashes() {
        return postgres ? !rules.standardConformingStrings() : !rules.noBackslashEscapes();
    }

    private int wordEnd(int from) {
        int i = from;
        while (i < end && isWordPart(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private boolean isWordStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80 || (c == '$' && !postgres);
    }

    private boolean isWordPart(char c) {
        return isWordStart(c) || isDigit(c) || c == '$';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Whether a name stands right before, so that a dot does not begin a number: {@code t.1a}. */
    private boolean wordBefore() {
        return !postgres && at > 0 && (isWordPart(text.charAt(at - 1)) || text.charAt(at - 1) == '`');
    }

    private char peek(int offset) {
        return at + offset < end ? text.charAt(at + offset) : 0;
    }

    private DdlToken token(int kind, int to) {
        return new DdlToken(kind, text, at, to);
    }
}
