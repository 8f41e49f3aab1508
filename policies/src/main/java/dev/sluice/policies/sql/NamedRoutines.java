package dev.sluice.policies.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Statements that name routines which something else will run, without calling them. */
public final class NamedRoutines {

    private static final Set<String> MADE_OF_ROUTINES = Set.of(
            "OPERATOR",
            "CAST",
            "AGGREGATE",
            "TYPE",
            "CONVERSION",
            "DEFAULT",
            "TRANSFORM",
            "LANGUAGE",
            "TRUSTED",
            "PROCEDURAL",
            "TEXT",
            "FOREIGN",
            "ACCESS");

    private static final Set<String> BEFORE_ROUTINE =
            Set.of("FUNCTION", "PROCEDURE", "FROM", "HANDLER", "INLINE", "VALIDATOR");

    private static final Set<String> ROUTINE = Set.of("FUNCTION", "PROCEDURE", "ROUTINE");

    private NamedRoutines() {}

    /** The routines that it makes something of or gives another name, or the one that it makes; none for other statements. */
    public static List<RoutineReference> in(List<Token> tokens) {
        if (tokens.size() < 4 || tokens.getFirst().dialect() != Dialect.POSTGRES) {
            return List.of();
        }
        if (tokens.getFirst().isWord("ALTER") && is(ROUTINE, tokens.get(1))) {
            return movesRoutine(tokens) ? List.of(called(tokens, nameAt(tokens, 2))) : List.of();
        }
        if (!tokens.getFirst().isWord("CREATE")) {
            return List.of();
        }
        int at = tokens.get(1).isWord("OR") ? 3 : 1;
        if (is(ROUTINE, tokens.get(at))) {
            int name = nameAt(tokens, at + 1);
            return name < tokens.size()
                    ? List.of(new RoutineReference.Defined(tokens.get(name).value()))
                    : List.of();
        }
        return is(MADE_OF_ROUTINES, tokens.get(at)) ? names(tokens.subList(at + 1, tokens.size())) : List.of();
    }

    /** Under its other name or schema, statements that were prepared before may come to call it. */
    private static boolean movesRoutine(List<Token> tokens) {
        return tokens.stream().anyMatch(token -> token.isWord("RENAME") || token.isWord("SCHEMA"));
    }

    /** {@code SFUNC = f}, {@code WITH FUNCTION f(int)}, {@code HANDLER f}. */
    private static List<RoutineReference> names(List<Token> tokens) {
        List<RoutineReference> names = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            int first = Call.first(tokens, i);
            if (tokens.get(i).isIdentifier() && first > 0 && namesRoutine(tokens.get(first - 1))) {
                names.add(called(tokens, i));
            }
        }
        return names;
    }

    private static boolean namesRoutine(Token before) {
        return before.isSymbol("=") || is(BEFORE_ROUTINE, before);
    }

    private static RoutineReference called(List<Token> tokens, int name) {
        return new RoutineReference.Called(
                Call.schema(tokens, name), tokens.get(name).value());
    }

    /** Where the last part of the name is that begins there. */
    private static int nameAt(List<Token> tokens, int first) {
        return first + 2 < tokens.size() && tokens.get(first + 1).isSymbol(".") ? first + 2 : first;
    }

    private static boolean is(Set<String> words, Token token) {
        return words.stream().anyMatch(token::isWord);
    }
}
