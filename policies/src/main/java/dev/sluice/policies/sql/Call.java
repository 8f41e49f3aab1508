package dev.sluice.policies.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A call of a routine.
 *
 * @param routine which
 * @param arguments the tokens of each
 */
public record Call(RoutineReference.Called routine, List<List<Token>> arguments) {

    /** Behind these a name and a bracket are no call. */
    private static final Set<String> NO_CALL_BEHIND =
            Set.of("INTO", "TABLE", "REFERENCES", "FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE", "INDEX", "VIEW");

    public Call {
        arguments = List.copyOf(arguments);
    }

    private Call(List<Token> tokens, int name, List<List<Token>> arguments) {
        this(new RoutineReference.Called(schema(tokens, name), tokens.get(name).value()), arguments);
    }

    /** In lower case, without its schema. */
    public String name() {
        return routine.name();
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
                calls.add(new Call(tokens, i, brackets ? arguments(tokens, i + 2) : List.of()));
            }
        }
        return List.copyOf(calls);
    }

    /** The procedures of its CALL statements. */
    public static List<Call> procedures(List<Token> tokens) {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).isIdentifier() && isCalled(tokens, i)) {
                calls.add(new Call(tokens, i, List.of()));
            }
        }
        return calls;
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
    static int first(List<Token> tokens, int i) {
        return i > 1 && tokens.get(i - 1).isSymbol(".") ? i - 2 : i;
    }

    /** Of the name at a place, where it says one. */
    static Optional<String> schema(List<Token> tokens, int i) {
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
                    arguments.add(argument(tokens.subList(start, i)));
                }
                start = i + 1;
                if (token.isSymbol(")")) {
                    return arguments;
                }
            }
        }
        if (tokens.size() > start) {
            arguments.add(argument(tokens.subList(start, tokens.size())));
        }
        return arguments;
    }

    /** Without the name of {@code name => value}. */
    private static List<Token> argument(List<Token> tokens) {
        boolean named = tokens.size() > 2
                && tokens.getFirst().isIdentifier()
                && (tokens.get(1).isSymbol("=>") || tokens.get(1).isSymbol(":="));
        boolean variadic = tokens.size() > 1 && tokens.getFirst().isWord("VARIADIC");
        return tokens.subList(named ? 2 : variadic ? 1 : 0, tokens.size());
    }
}
