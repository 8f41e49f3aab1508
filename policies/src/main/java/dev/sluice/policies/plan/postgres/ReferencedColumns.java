package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which columns an expression is about: the server names a nameless CHECK after the only one. */
final class ReferencedColumns {

    private static final Set<String> SYNTAX = Set.of(
            "and",
            "or",
            "not",
            "is",
            "null",
            "in",
            "any",
            "all",
            "some",
            "between",
            "like",
            "ilike",
            "similar",
            "to",
            "true",
            "false",
            "case",
            "when",
            "then",
            "else",
            "end",
            "cast",
            "as",
            "array",
            "row",
            "distinct",
            "from",
            "unknown",
            "collate",
            "check",
            "constraint",
            "isnull",
            "notnull",
            "escape",
            "symmetric",
            "asymmetric");

    private ReferencedColumns() {}

    /** The only column that the expression names, or empty for none or several. */
    static Optional<String> only(String expression, Table table, List<String> added) {
        Set<String> columns = new LinkedHashSet<>();
        List<Token> tokens = Tokens.of(expression, Dialect.POSTGRES);
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            boolean called = i + 1 < tokens.size() && tokens.get(i + 1).is("(");
            boolean qualifier = i + 1 < tokens.size() && tokens.get(i + 1).is(".");
            boolean type =
                    i > 0 && (tokens.get(i - 1).is("::") || tokens.get(i - 1).is("as"));
            if (token.isName() && !called && !qualifier && !type && isColumn(token, table, added)) {
                columns.add(token.text());
            }
        }
        return columns.size() == 1 ? Optional.of(columns.iterator().next()) : Optional.empty();
    }

    private static boolean isColumn(Token token, Table table, List<String> added) {
        if (table.relation().isPresent()) {
            return added.contains(token.text())
                    || table.relation().get().column(token.text()).isPresent();
        }
        return token.kind() == Tokens.Kind.QUOTED || !SYNTAX.contains(token.text());
    }
}
