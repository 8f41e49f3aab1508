package dev.sluice.proxy.lint;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;

/** Scripts of psql, pg_dump's included: meta commands and the rows behind {@code COPY … FROM stdin} are no SQL. */
final class PsqlScript {
    /** Behind a query: what it gives is run, cell by cell. */
    static final String EXECUTES = "\\gexec";

    private final String text;
    private final Script.Mask mask;
    private final Scanner scanner;
    private int words;
    private boolean copy;
    private boolean copyFromStdin;

    private PsqlScript(String text, LexicalRules rules) {
        this.text = text;
        this.mask = new Script.Mask(text);
        this.scanner = Scanner.of(text, rules);
    }

    static String withoutMetaCommands(String text, LexicalRules rules) {
        return text.indexOf('\\') < 0 ? text : new PsqlScript(text, rules).read();
    }

    private String read() {
        for (Token token = scanner.next(); token.kind() != Token.Kind.END; token = scanner.next()) {
            switch (token.kind()) {
                case WORD -> word(token);
                case SYMBOL -> {
                    if (token.isSymbol("\\")) {
                        command(token.start());
                    } else if (token.isSymbol(";")) {
                        semicolon(token.end());
                    }
                }
                case END,
                        BLANK,
                        QUOTED_IDENTIFIER,
                        STRING,
                        DOLLAR_STRING,
                        NUMBER,
                        PARAMETER,
                        VARIABLE,
                        COMMENT,
                        CODE_OPEN,
                        CODE_CLOSE -> words++;
            }
        }
        return mask.toString();
    }

    private void word(Token token) {
        copy |= words == 0 && token.isWord("COPY");
        copyFromStdin |= copy && token.isWord("STDIN");
        words++;
    }

    private void semicolon(int behind) {
        if (copyFromStdin) {
            int rows = lineEnd(behind);
            int end = text.indexOf("\n\\.", Math.max(0, rows - 1));
            int until = end < 0 ? text.length() : lineEnd(end + 1);
            mask.blank(rows, until);
            scanner.moveTo(until);
        }
        words = 0;
        copy = false;
        copyFromStdin = false;
    }

    /** {@code \;} is a semicolon, {@code \g} and its like end a statement, others are not part of any. */
    private void command(int at) {
        if (at + 1 < text.length() && text.charAt(at + 1) == ';') {
            mask.blank(at, at + 1);
            scanner.moveTo(at + 1);
            return;
        }
        int end = lineEnd(at);
        mask.blank(at, end);
        if (text.startsWith("\\g", at) || text.startsWith("\\crosstabview", at)) {
            mask.put(at, ';');
            semicolon(end);
        }
        scanner.moveTo(end);
    }

    private int lineEnd(int at) {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }
}
