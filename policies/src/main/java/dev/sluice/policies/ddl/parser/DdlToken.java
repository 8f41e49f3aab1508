package dev.sluice.policies.ddl.parser;

import java.util.Locale;

/** A token with its place in the client's message. */
final class DdlToken extends Token {
    private static final long serialVersionUID = 1L;

    final int start;
    final int end;

    /** The word in upper case where it is an unquoted one, empty otherwise. */
    final String word;

    private final transient dev.sluice.policies.sql.Token read;

    /** @param offset where the text that the token was read from begins in the message */
    DdlToken(int kind, dev.sluice.policies.sql.Token token, int offset) {
        this.kind = kind;
        this.start = offset + token.start();
        this.end = offset + token.end();
        this.image = token.text();
        this.word = token.kind() == dev.sluice.policies.sql.Token.Kind.WORD ? image.toUpperCase(Locale.ROOT) : "";
        this.read = token;
    }

    boolean is(String wanted) {
        return word.equals(wanted);
    }

    /** What the server makes of an identifier. */
    String value() {
        return read.value();
    }
}
