package dev.sluice.policies.sql;

import dev.sluice.policies.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a text's tokens one after the other, white space left out. Never fails: what is unterminated reaches to the end,
 * what is no token is a symbol. Not for several threads at once.
 */
public final class Scanner {
    private final String sql;
    /** Of the part that is read alone: a short slice of a long text costs what the slice costs. */
    private final byte[] bytes;

    private final int base;
    private final LexicalRules rules;
    private boolean inCode;
    private int at;
    private final int to;

    private Scanner(String sql, int start, int end, LexicalRules rules) {
        this.sql = sql;
        this.bytes = bytes(sql, start, end, rules.dialect());
        this.base = start;
        this.rules = rules;
        this.at = start;
        this.to = end;
    }

    public static Scanner of(String sql, LexicalRules rules) {
        return new Scanner(sql, 0, sql.length(), rules);
    }

    /** The tokens between two positions; they keep their positions in the whole text. */
    public static Scanner of(String sql, int start, int end, LexicalRules rules) {
        return new Scanner(sql, start, end, rules);
    }

    /**
     * All tokens but comments and the marks of executable comments, without the {@link Kind#END}. A {@code UESCAPE} with
     * its character belongs to the token before it, whose value follows it.
     */
    public static List<Token> tokens(String sql, LexicalRules rules) {
        Scanner scanner = of(sql, rules);
        List<Token> tokens = new ArrayList<>();
        for (Token token = scanner.next(); token.kind() != Kind.END; token = scanner.next()) {
            tokens.add(token);
            int size = tokens.size();
            if (token.kind() == Kind.STRING && size > 2 && tokens.get(size - 2).isWord("UESCAPE")) {
                boolean unicode = tokens.get(size - 3).isUnicode();
                tokens.subList(unicode ? size - 2 : size, size).clear();
            }
        }
        return tokens;
    }

    /** The next token that is neither blank nor comment; at the end {@link Kind#END}, again and again. */
    public Token next() {
        while (true) {
            Token token = nextWithComments();
            switch (token.kind()) {
                case COMMENT, CODE_OPEN, CODE_CLOSE -> {}
                case END,
                        BLANK,
                        WORD,
                        QUOTED_IDENTIFIER,
                        STRING,
                        DOLLAR_STRING,
                        NUMBER,
                        SYMBOL,
                        PARAMETER,
                        VARIABLE -> {
                    return token;
                }
            }
        }
    }

    /** The next token, comments and the marks of executable comments included. */
    public Token nextWithComments() {
        while (true) {
            int start = at;
            long lexeme = lex(bytes, at - base, to - base, rules, inCode);
            at = Math.min(to, Lexeme.end(lexeme) + base);
            Kind kind = Lexeme.kind(lexeme);
            if (kind == Kind.CODE_OPEN || kind == Kind.CODE_CLOSE) {
                inCode = kind == Kind.CODE_OPEN;
            }
            if (kind != Kind.BLANK) {
                return new Token(rules.dialect(), kind, sql, start, at);
            }
        }
    }

    /** Where the next token is looked for. */
    public int position() {
        return at;
    }

    /** Goes on at another place of the part that is read, outside of any executable comment. */
    public void moveTo(int position) {
        at = position;
        inCode = false;
    }

    static long lex(byte[] text, int at, int to, LexicalRules rules, boolean inCode) {
        return rules.dialect() == Dialect.POSTGRES
                ? PostgresLexer.next(text, at, to, rules.standardConformingStrings())
                : MySqlLexer.next(text, at, to, rules, inCode);
    }

    /** A byte for each character, so that positions stay: what is not ASCII becomes some letter. */
    static byte[] bytes(String sql, Dialect dialect) {
        return bytes(sql, 0, sql.length(), dialect);
    }

    private static byte[] bytes(String sql, int start, int end, Dialect dialect) {
        byte[] bytes = new byte[end - start];
        for (int i = start; i < end; i++) {
            char c = sql.charAt(i);
            if (c < 0x80) {
                bytes[i - start] = (byte) c;
            } else {
                boolean blank = (c == '\ufeff' && i == 0)
                        || (c == '\u00a0' && dialect.isMySqlFamily() && !UnclearDashes.standAt(sql, i - 2));
                bytes[i - start] = blank ? (byte) ' ' : (byte) 0xc3;
            }
        }
        return bytes;
    }
}
