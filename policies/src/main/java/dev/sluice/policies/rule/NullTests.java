package dev.sluice.policies.rule;

import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.ArrayList;
import java.util.List;

/** What a PostgreSQL check says of NULL. */
public final class NullTests {

    private NullTests() {}

    /** Columns that the expression names in {@code … IS NOT NULL}. */
    public static List<String> columns(String expression) {
        List<Token> tokens = Tokens.of(expression, Dialect.POSTGRES);
        List<String> columns = new ArrayList<>();
        for (int i = 1; i + 2 < tokens.size(); i++) {
            if (tokens.get(i).is("is")
                    && tokens.get(i + 1).is("not")
                    && tokens.get(i + 2).is("null")) {
                int name = i - 1;
                while (name > 0 && tokens.get(name).is(")")) {
                    name--;
                }
                if (tokens.get(name).isName()) {
                    columns.add(tokens.get(name).text());
                }
            }
        }
        return List.copyOf(columns);
    }

    /** Whether a row that satisfies the check certainly has a value in the column. */
    public static boolean implies(String check, String column) {
        List<Token> tokens = Tokens.of(check, Dialect.POSTGRES);
        long negations = tokens.stream().filter(t -> t.is("not")).count();
        List<String> tested = columns(check);
        return tested.contains(column)
                && negations == tested.size()
                && tokens.stream().noneMatch(t -> t.is("or") || t.is("case") || t.is("coalesce") || t.is("="));
    }

    /** Whether an empty column may break the check: it does not simply yield NULL there. */
    public static boolean minds(String check) {
        return Tokens.of(check, Dialect.POSTGRES).stream()
                .anyMatch(t -> t.is("null")
                        || t.is("coalesce")
                        || t.is("case")
                        || t.is("distinct")
                        || t.is("true")
                        || t.is("false")
                        || t.is("unknown")
                        || t.is("num_nulls")
                        || t.is("num_nonnulls")
                        || t.is("concat")
                        || t.is("greatest")
                        || t.is("least"));
    }
}
