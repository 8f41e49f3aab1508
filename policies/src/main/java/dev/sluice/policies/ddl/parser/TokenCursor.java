package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import java.util.Optional;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;

/**
 * What the grammar's productions use besides JavaCC's own means: looking ahead by words, names that may be any
 * keyword, stretches of balanced tokens, and slices of the client's message. The generated parser extends this.
 */
abstract class TokenCursor extends SqlAbstractParserImpl {
    /** Deeper nesting than this is no schema change that anyone wrote. */
    private static final int MAX_DEPTH = 200;

    private String message = "";
    private CodeComments comments = new CodeComments();
    private Names names = new Names(Dialect.POSTGRES);
    private LexicalRules rules = LexicalRules.defaults(ServerVersion.postgres(18));
    private boolean postgres;
    private boolean mariadb;

    final void begin(String clientMessage, LexicalRules sessionRules, CodeComments executable) {
        comments = executable;
        message = clientMessage;
        rules = sessionRules;
        names = new Names(rules.dialect());
        postgres = rules.dialect() == Dialect.POSTGRES;
        mariadb = rules.dialect() == Dialect.MARIADB;
    }

    public abstract Token getToken(int index);

    public abstract Token getNextToken();

    final LexicalRules rules() {
        return rules;
    }

    final boolean pg() {
        return postgres;
    }

    final boolean my() {
        return !postgres;
    }

    final boolean maria() {
        return mariadb;
    }

    final DdlToken peek(int ahead) {
        return (DdlToken) getToken(ahead);
    }

    final DdlToken peek() {
        return peek(1);
    }

    /** The token that was taken last. */
    final DdlToken last() {
        return peek(0);
    }

    final boolean atEnd() {
        return peek().kind == DdlParserImplConstants.EOF;
    }

    final boolean atKind(int kind) {
        return peek().kind == kind;
    }

    /** Whether these unquoted words come next. */
    final boolean at(String... words) {
        for (int i = 0; i < words.length; i++) {
            if (!peek(i + 1).is(words[i])) {
                return false;
            }
        }
        return true;
    }

    final boolean atAny(String... words) {
        for (String word : words) {
            if (peek().is(word)) {
                return true;
            }
        }
        return false;
    }

    /** Takes these words if all of them come next. */
    final boolean take(String... words) {
        if (!at(words)) {
            return false;
        }
        for (int i = 0; i < words.length; i++) {
            getNextToken();
        }
        return true;
    }

    final boolean takeKind(int kind) {
        if (!atKind(kind)) {
            return false;
        }
        getNextToken();
        return true;
    }

    final boolean takeAny(String... words) {
        for (String word : words) {
            if (take(word)) {
                return true;
            }
        }
        return false;
    }

    final void need(String... words) throws ParseException {
        if (!take(words)) {
            throw unexpected(String.join(" ", words));
        }
    }

    final void needKind(int kind) throws ParseException {
        if (!takeKind(kind)) {
            throw unexpected(DdlParserImplConstants.tokenImage[kind]);
        }
    }

    /** Takes one word, whatever it is, and says which, in upper case. */
    final String anyWord() throws ParseException {
        if (peek().word.isEmpty()) {
            throw unexpected("a word");
        }
        return ((DdlToken) getNextToken()).word;
    }

    /** Why parsing stopped: what a production said, or the token that none of the generated rules takes. */
    final String reason(ParseException e) {
        String message = e.getMessage();
        return message == null || message.startsWith("Parse error")
                ? String.valueOf(unexpected("something else").getMessage())
                : message;
    }

    final ParseException unexpected(String wanted) {
        String found = atEnd() ? "the end" : "\"" + peek().image + "\"";
        return new ParseException("expected " + wanted + ", found " + found + " at character " + (peek().start + 1));
    }

    // Names.

    /** Whether the token so far ahead can be the name of a column, table or other object. */
    final boolean isName(int ahead) {
        return names.isName(peek(ahead));
    }

    final boolean isName() {
        return isName(1);
    }

    final boolean isFunctionOrTypeName() {
        return names.isFunctionOrTypeName(peek());
    }

    /** Whether a name comes next where the server takes reserved words too. */
    final boolean isLabel() {
        return names.isLabel(peek());
    }

    final String takeName() throws ParseException {
        if (!isName()) {
            throw unexpected("a name");
        }
        return decodeName();
    }

    /** A name where the server takes reserved words too: behind a dot, as a label. */
    final String takeLabel() throws ParseException {
        if (!isLabel()) {
            throw unexpected("a name");
        }
        return decodeName();
    }

    private String decodeName() throws ParseException {
        DdlToken name = (DdlToken) getNextToken();
        if (name.kind == DdlParserImplConstants.QUOTED_IDENTIFIER && postgres && take("UESCAPE")) {
            needKind(DdlParserImplConstants.QUOTED_STRING);
        }
        return name.value();
    }

    // Slices.

    final int here() {
        return peek().start;
    }

    /** The text from there to the last token taken. */
    final SourceText from(int start) {
        return slice(start, Math.max(start, last().end));
    }

    private SourceText slice(int start, int end) {
        if (comments.isEmpty()) {
            return new SourceText(message, start, end);
        }
        // Looking at the next token reads the end of a comment that stands before it.
        peek();
        return comments.slice(message, start, end);
    }

    final Optional<SourceText> maybeFrom(int start) {
        return last().end > start ? Optional.of(from(start)) : Optional.empty();
    }

    // Balanced stretches.

    /** Takes one token, or a whole group where it opens one. */
    final void takeGroup() throws ParseException {
        takeGroup(0);
    }

    private void takeGroup(int depth) throws ParseException {
        if (atEnd() || depth > MAX_DEPTH) {
            throw unexpected("more");
        }
        int kind = getNextToken().kind;
        int close = kind == DdlParserImplConstants.LPAREN
                ? DdlParserImplConstants.RPAREN
                : kind == DdlParserImplConstants.LBRACKET ? DdlParserImplConstants.RBRACKET : -1;
        if (kind == DdlParserImplConstants.RPAREN || kind == DdlParserImplConstants.RBRACKET) {
            throw new ParseException("a bracket closes what was not opened at character " + (last().start + 1));
        }
        while (close >= 0 && !takeKind(close)) {
            takeGroup(depth + 1);
        }
    }

    /** Takes {@code ( … )} and gives what stands inside, without the parentheses. */
    final SourceText parenthesized() throws ParseException {
        if (!atKind(DdlParserImplConstants.LPAREN)) {
            throw unexpected("\"(\"");
        }
        getNextToken();
        int first = peek().start;
        int end = first;
        while (!atKind(DdlParserImplConstants.RPAREN)) {
            takeGroup();
            // Not to the parenthesis: a line comment before it must not end the slice.
            end = last().end;
        }
        getNextToken();
        return slice(first, end);
    }

    /** Takes {@code ( … )} with its parentheses, where one comes next. */
    final Optional<SourceText> optionalGroup() throws ParseException {
        int start = here();
        if (!atKind(DdlParserImplConstants.LPAREN)) {
            return Optional.empty();
        }
        takeGroup();
        return Optional.of(from(start));
    }

    /** Takes everything to the comma or closing parenthesis that ends this stretch, or to the end. */
    final SourceText restOfItem() throws ParseException {
        int start = here();
        while (!atItemEnd()) {
            takeGroup();
        }
        return from(start);
    }

    final boolean atItemEnd() {
        int kind = peek().kind;
        return kind == DdlParserImplConstants.EOF
                || kind == DdlParserImplConstants.COMMA
                || kind == DdlParserImplConstants.RPAREN;
    }

    /** Takes everything to the statement's end. */
    final SourceText rest() throws ParseException {
        int start = here();
        while (!atEnd()) {
            takeGroup();
        }
        return from(start);
    }

    /** Takes groups until one of these words comes next outside of all brackets; false at the end. */
    final boolean skipTo(String... words) throws ParseException {
        while (!atEnd()) {
            if (atAny(words)) {
                return true;
            }
            takeGroup();
        }
        return false;
    }
}
