package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Optional;

/**
 * The parts of UNIQUE and PRIMARY KEY as written, behind a column or in a table constraint.
 *
 * @param nullsNotDistinct whether NULLs count as equal
 * @param keys the columns in parentheses, as written; empty behind a column
 * @param include INCLUDE (…), as written
 * @param with WITH (…), as written
 * @param tablespace the tablespace of the index, as written
 * @param deferrability DEFERRABLE and what goes with it, as written
 */
record KeyClause(
        boolean nullsNotDistinct,
        Optional<String> keys,
        Optional<String> include,
        Optional<String> with,
        Optional<String> tablespace,
        String deferrability) {

    static KeyClause of(String source) {
        List<Token> tokens = Tokens.of(source, Dialect.POSTGRES);
        Cursor at = new Cursor(source, tokens);
        at.skipTo("unique", "primary");
        if (!at.take("unique")) {
            at.take("primary");
            at.take("key");
        }
        boolean distinct = at.take("nulls") && at.take("not") && at.take("distinct");
        Optional<String> keys = at.parentheses();
        Optional<String> include = at.take("include") ? at.parentheses().map(p -> "INCLUDE " + p) : Optional.empty();
        Optional<String> with = at.take("with") ? at.parentheses().map(p -> "WITH " + p) : Optional.empty();
        Optional<String> tablespace =
                at.take("using") && at.take("index") && at.take("tablespace") ? at.one() : Optional.empty();
        return new KeyClause(distinct, keys, include, with, tablespace, at.rest());
    }

    /** What stands behind the columns in CREATE INDEX. */
    String indexTail() {
        return include.map(i -> " " + i).orElse("")
                + (nullsNotDistinct ? " NULLS NOT DISTINCT" : "")
                + with.map(w -> " " + w).orElse("")
                + tablespace.map(t -> " TABLESPACE " + t).orElse("");
    }

    /** What stands behind the columns in ADD CONSTRAINT. */
    String constraintTail() {
        return include.map(i -> " " + i).orElse("")
                + with.map(w -> " " + w).orElse("")
                + tablespace.map(t -> " USING INDEX TABLESPACE " + t).orElse("")
                + (deferrability.isBlank() ? "" : " " + deferrability);
    }

    /** Walks over tokens. */
    private static final class Cursor {
        private final String source;
        private final List<Token> tokens;
        private int at;

        Cursor(String source, List<Token> tokens) {
            this.source = source;
            this.tokens = tokens;
        }

        void skipTo(String... words) {
            while (at < tokens.size() && !List.of(words).contains(tokens.get(at).text())) {
                at++;
            }
        }

        boolean take(String word) {
            boolean here = at < tokens.size() && tokens.get(at).is(word);
            at += here ? 1 : 0;
            return here;
        }

        Optional<String> one() {
            return at < tokens.size()
                    ? Optional.of(source.substring(
                            tokens.get(at).start(), tokens.get(at++).end()))
                    : Optional.empty();
        }

        Optional<String> parentheses() {
            if (at >= tokens.size() || !tokens.get(at).is("(")) {
                return Optional.empty();
            }
            int start = tokens.get(at).start();
            int depth = 0;
            do {
                depth += tokens.get(at).is("(") ? 1 : tokens.get(at).is(")") ? -1 : 0;
                at++;
            } while (depth > 0 && at < tokens.size());
            return Optional.of(source.substring(start, tokens.get(at - 1).end()));
        }

        String rest() {
            return at < tokens.size() ? source.substring(tokens.get(at).start()) : "";
        }
    }
}
