package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;

/** Slices of a foreign key as written. */
final class ForeignKeyText {

    private ForeignKeyText() {}

    /** A table constraint without its name. */
    static String definition(String constraint) {
        return from(constraint, "foreign");
    }

    /** From the first time that a word stands there, to the end. */
    static String from(String text, String word) {
        return Tokens.of(text, Dialect.POSTGRES).stream()
                .filter(t -> t.is(word))
                .findFirst()
                .map(Token::start)
                .map(text::substring)
                .orElse(text);
    }
}
