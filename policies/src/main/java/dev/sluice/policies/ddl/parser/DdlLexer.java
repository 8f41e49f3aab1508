package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import java.io.Reader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the generated parser's tokens of those that the classifier reads too, so that the two never disagree on what is
 * a string, a comment or code.
 *
 * <p>It stands in for the generated token manager, which takes {@code //} and {@code /*!} for comments, knows no nested
 * comment and no dollar quote, and has no positions in the text.
 */
final class DdlLexer extends DdlParserImplTokenManager {
    /** What the generated class wants to read from, and never does here. */
    private static final SimpleCharStream UNREAD = new SimpleCharStream(Reader.nullReader(), 1, 1, 1);

    /** An executable comment that was opened right before the statement. */
    private static final Pattern OPENED = Pattern.compile("/\\*M?!\\d*\\s*$");

    private static final int LONGEST_OPENING = 64;

    private final Scanner scanner;
    private final CodeComments comments = new CodeComments();
    private final int offset;

    DdlLexer(String text, int start, int end, LexicalRules rules) {
        super(UNREAD);
        this.offset = openedBefore(text, start, rules);
        this.scanner = Scanner.of(text.substring(offset, end), rules);
    }

    private static int openedBefore(String text, int start, LexicalRules rules) {
        if (!rules.dialect().isMySqlFamily()) {
            return start;
        }
        int from = Math.max(0, start - LONGEST_OPENING);
        Matcher opened = OPENED.matcher(text.substring(from, start));
        return opened.find() ? from + opened.start() : start;
    }

    /** The executable comments that were met so far. */
    CodeComments comments() {
        return comments;
    }

    @Override
    public Token getNextToken() {
        return next();
    }

    DdlToken next() {
        while (true) {
            dev.sluice.policies.sql.Token token = scanner.nextWithComments();
            switch (token.kind()) {
                case COMMENT -> requireEnd(token, token.text().startsWith("/*"), "*/");
                case CODE_OPEN -> comments.open(offset + token.start());
                case CODE_CLOSE -> comments.close(offset + token.end());
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
                    DdlToken made = new DdlToken(kind(token), token, offset);
                    comments.token(made.start, made.end);
                    return made;
                }
            }
        }
    }

    private int kind(dev.sluice.policies.sql.Token token) {
        return switch (token.kind()) {
            case END -> DdlParserImplConstants.EOF;
            case WORD -> Kinds.ofWord(token.text());
            case QUOTED_IDENTIFIER -> {
                requireEnd(token, true, token.text().endsWith("`") ? "`" : "\"");
                yield DdlParserImplConstants.QUOTED_IDENTIFIER;
            }
            case STRING -> {
                requireEnd(token, true, token.text().endsWith("\"") ? "\"" : "'");
                yield DdlParserImplConstants.QUOTED_STRING;
            }
            case DOLLAR_STRING -> {
                requireEnd(token, true, "$");
                yield DdlParserImplConstants.QUOTED_STRING;
            }
            case NUMBER ->
                token.text().chars().allMatch(Character::isDigit)
                        ? DdlParserImplConstants.UNSIGNED_INTEGER_LITERAL
                        : DdlParserImplConstants.DECIMAL_NUMERIC_LITERAL;
            case SYMBOL -> Kinds.ofSymbol(token.text());
            case BLANK, PARAMETER, VARIABLE, COMMENT, CODE_OPEN, CODE_CLOSE -> DdlParserImplConstants.OTHER_CHARACTER;
        };
    }

    /** What reaches to the end of the statement may have no end of its own. */
    private void requireEnd(dev.sluice.policies.sql.Token token, boolean needed, String closing) {
        if (needed && (!token.text().endsWith(closing) || token.text().length() < 2)) {
            throw new UnreadableTextException(
                    "a string, quoted name or comment without an end", offset + token.start());
        }
    }
}
