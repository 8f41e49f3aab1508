package dev.sluice.policies.sql;

import dev.sluice.policies.sql.StatementText.Kind;
import java.util.Optional;

/**
 * Reads a message's statements one after the other and tells what each is. The classifier runs it over the client's bytes,
 * the splitter over a byte for each character, so the two cannot differ.
 */
final class StatementReader {
    private final byte[] text;
    private final int to;
    private final LexicalRules rules;
    private final boolean mySql;
    private int at;
    private boolean inCode;
    private boolean doubtful;
    private boolean sqlModeSet;
    private int start;
    private int end;
    private int directives;
    private boolean backfillMark;
    private StatementShape shape;

    StatementReader(byte[] text, int from, int to, LexicalRules rules) {
        this.text = text;
        this.at = from;
        this.to = to;
        this.rules = rules;
        this.mySql = rules.dialect().isMySqlFamily();
        this.shape = new StatementShape(rules.dialect());
    }

    /** Reads the next statement that is not empty; false at the end. */
    boolean next() {
        begin();
        while (true) {
            int tokenStart = at;
            long lexeme = Scanner.lex(text, at, to, rules, inCode);
            at = Math.min(to, Lexeme.end(lexeme));
            doubtful |= Lexeme.isDoubtful(lexeme);
            switch (Lexeme.kind(lexeme)) {
                case BLANK -> {}
                case END -> {
                    return finish();
                }
                case COMMENT -> comment(tokenStart);
                case CODE_OPEN -> code(tokenStart, true);
                case CODE_CLOSE -> code(tokenStart, false);
                case WORD -> {
                    extend(tokenStart);
                    shape.word(text, tokenStart, at);
                }
                case SYMBOL -> {
                    if (text[tokenStart] == ';' && shape.endsAtSemicolon()) {
                        if (finish()) {
                            return true;
                        }
                        begin();
                    } else {
                        extend(tokenStart);
                        shape.symbol(text[tokenStart]);
                    }
                }
                case VARIABLE, QUOTED_IDENTIFIER -> {
                    extend(tokenStart);
                    shape.name(text, tokenStart, at);
                }
                case STRING, DOLLAR_STRING -> {
                    extend(tokenStart);
                    shape.other((byte) '\'');
                }
                case NUMBER, PARAMETER -> {
                    extend(tokenStart);
                    shape.other((byte) '0');
                }
            }
        }
    }

    private void begin() {
        start = -1;
        if (!shape.isEmpty()) {
            shape = new StatementShape(rules.dialect());
            directives = 0;
            backfillMark = false;
        }
    }

    private void extend(int tokenStart) {
        if (start < 0) {
            start = tokenStart;
        }
        end = at;
    }

    private void code(int tokenStart, boolean open) {
        inCode = open;
        extend(tokenStart);
    }

    private void comment(int tokenStart) {
        int name = DirectiveParser.nameStart(text, tokenStart, at);
        if (name >= 0) {
            directives++;
            backfillMark = DirectiveParser.isBackfillMark(text, name, at);
        }
    }

    /** Whether there is a statement. */
    private boolean finish() {
        boolean found = !shape.isEmpty();
        if (found && mySql) {
            inCode = false;
            sqlModeSet |= shape.setsSqlMode();
        }
        return found;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    int limit() {
        return to;
    }

    /** Where the next statement is looked for. */
    int position() {
        return at;
    }

    Kind kind() {
        return shape.kind();
    }

    /** Whether it is a statement that changes rows. */
    boolean isWrite() {
        return shape.isWrite();
    }

    /** What it looks like, if it changes rows. */
    Optional<WriteShape> writeShape() {
        return shape.writeShape();
    }

    /** Whether a comment in it says that it is a backfill, and nothing else. */
    boolean isMarkedBackfill() {
        return directives == 1 && backfillMark && shape.isWrite();
    }

    /** Whether a directive stands in or before the statement, or behind the last one. */
    boolean hasDirectives() {
        return directives > 0;
    }

    /** Whether some token so far would end elsewhere under other settings. */
    boolean isDoubtful() {
        return doubtful;
    }

    /** Whether a statement so far sets {@code sql_mode}, by which MySQL reads the rest of the message. */
    boolean setsSqlMode() {
        return sqlModeSet;
    }

    Interest interest() {
        Interest interest = shape.interest();
        if (directives == 0 || interest == Interest.JUDGE) {
            return interest;
        }
        return isMarkedBackfill() ? Interest.BULK_WRITE : Interest.JUDGE;
    }
}
