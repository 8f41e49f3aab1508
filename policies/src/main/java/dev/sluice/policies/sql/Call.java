package dev.sluice.policies.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A routine that a statement calls by name.
 *
 * @param schema where the statement says it
 * @param name in lower case
 * @param arguments the tokens of each
 */
public record Call(Optional<String> schema, String name, List<List<Token>> arguments) {

    /** In the place of a schema: what has the name runs a routine without calling it (a view, an operator, a type). */
    public static final String MENTION = "~";

    /** In the place of a schema: the name stands behind a row, as a column or a function of it. */
    public static final String ATTRIBUTE = ".";

    /** In the place of a schema: the routine's own definition. */
    public static final String DEFINITION = "=";

    /** Behind these a name and a bracket are no call. */
    private static final Set<String> NO_CALL_BEHIND =
            Set.of("INTO", "TABLE", "REFERENCES", "FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE", "INDEX", "VIEW");

    private static final Set<String> BEFORE_ROUTINE =
            Set.of("FUNCTION", "PROCEDURE", "FROM", "HANDLER", "INLINE", "VALIDATOR");

    public Call {
        arguments = List.copyOf(arguments);
    }

    /** Its name as statements write it, in lower case. */
    public String key() {
        return schema.map(s -> s.toLowerCase(Locale.ROOT) + ".").orElse("") + name;
    }

    /** All calls of a text, those within others included; what stands in literals is no call. */
    public static List<Call> in(String sql, LexicalRules rules) {
        return in(Scanner.tokens(sql, rules));
    }

    /** The same for tokens that were read already. */
    public static List<Call> in(List<Token> tokens) {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (!token.isIdentifier() || isKept(tokens, i)) {
                continue;
            }
            boolean brackets = i + 1 < tokens.size() && tokens.get(i + 1).isSymbol("(");
            if (brackets || isCalled(tokens, i)) {
                calls.add(new Call(
                        schema(tokens, i),
                        token.value().toLowerCase(Locale.ROOT),
                        brackets ? arguments(tokens, i + 2) : List.of()));
            }
        }
        return List.copyOf(calls);
    }

    /** The procedures of its CALL statements. */
    public static List<Call> procedures(List<Token> tokens) {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).isIdentifier() && isCalled(tokens, i)) {
                calls.add(new Call(schema(tokens, i), tokens.get(i).value().toLowerCase(Locale.ROOT), List.of()));
            }
        }
        return calls;
    }

    /** All that may run a routine without a call: names, what stands behind a row, operators. */
    public static List<Call> mentions(List<Token> tokens) {
        List<Call> mentions = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.isIdentifier() || token.kind() == Token.Kind.SYMBOL) {
                mentions.add(special(MENTION, token.value()));
            }
            if (token.isIdentifier() && i > 0 && tokens.get(i - 1).isSymbol(".")) {
                mentions.add(special(ATTRIBUTE, token.value()));
            }
        }
        return mentions;
    }

    /** The routines that a definition is made of: {@code SFUNC = f}, {@code WITH FUNCTION f(int)}, {@code HANDLER f}. */
    static List<Call> names(List<Token> tokens) {
        List<Call> names = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            int first = first(tokens, i);
            if (token.isIdentifier() && first > 0 && namesRoutine(tokens.get(first - 1))) {
                names.add(new Call(schema(tokens, i), token.value().toLowerCase(Locale.ROOT), List.of()));
            }
        }
        return names;
    }

    private static boolean namesRoutine(Token before) {
        return before.isSymbol("=") || BEFORE_ROUTINE.stream().anyMatch(before::isWord);
    }

    /** @param place one of {@link #MENTION}, {@link #ATTRIBUTE} and {@link #DEFINITION} */
    public static Call special(String place, String name) {
        return new Call(Optional.of(place), name.toLowerCase(Locale.ROOT), List.of());
    }

    /** {@code CALL p} without brackets, as MySQL allows it. */
    private static boolean isCalled(List<Token> tokens, int i) {
        int first = first(tokens, i);
        boolean last = i + 1 >= tokens.size() || !tokens.get(i + 1).isSymbol(".");
        return last && first > 0 && tokens.get(first - 1).isWord("CALL");
    }

    private static boolean isKept(List<Token> tokens, int i) {
        int first = first(tokens, i);
        if (first == 0) {
            return false;
        }
        Token before = tokens.get(first - 1);
        boolean executes = first > 1 && tokens.get(first - 2).isWord("EXECUTE");
        return !executes
                && before.kind() == Token.Kind.WORD
                && NO_CALL_BEHIND.contains(before.text().toUpperCase(Locale.ROOT));
    }

    /** Where a name begins, its schema included. */
    private static int first(List<Token> tokens, int i) {
        return i > 1 && tokens.get(i - 1).isSymbol(".") ? i - 2 : i;
    }

    private static Optional<String> schema(List<Token> tokens, int i) {
        int first = first(tokens, i);
        return first < i ? Optional.of(tokens.get(first).value()) : Optional.empty();
    }

    private static List<List<Token>> arguments(List<Token> tokens, int from) {
        List<List<Token>> arguments = new ArrayList<>();
        int depth = 0;
        int start = from;
        for (int i = from; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.isSymbol("(") || token.isSymbol("[")) {
                depth++;
            } else if (depth > 0 && (token.isSymbol(")") || token.isSymbol("]"))) {
                depth--;
            } else if (depth == 0 && (token.isSymbol(",") || token.isSymbol(")"))) {
                if (i > start) {
                    arguments.add(tokens.subList(start, i));
                }
                start = i + 1;
                if (token.isSymbol(")")) {
                    return arguments;
                }
            }
        }
        if (tokens.size() > start) {
            arguments.add(tokens.subList(start, tokens.size()));
        }
        return arguments;
    }
}
