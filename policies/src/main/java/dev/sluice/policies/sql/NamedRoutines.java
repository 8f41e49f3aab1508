package dev.sluice.policies.sql;

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

    private NamedRoutines() {}

    /** The routines that it makes something of, or the one that it makes anew; none for other statements. */
    public static List<Call> in(List<Token> tokens) {
        int at = tokens.isEmpty() || !tokens.getFirst().isWord("CREATE") ? -1 : 1;
        if (at < 0 || tokens.size() < 4 || tokens.getFirst().dialect() != Dialect.POSTGRES) {
            return List.of();
        }
        boolean replaces = tokens.get(1).isWord("OR");
        at += replaces ? 2 : 0;
        Token kind = tokens.get(at);
        if (replaces && (kind.isWord("FUNCTION") || kind.isWord("PROCEDURE"))) {
            boolean qualified = at + 3 < tokens.size() && tokens.get(at + 2).isSymbol(".");
            int name = at + (qualified ? 3 : 1);
            return name < tokens.size()
                    ? List.of(Call.special(Call.DEFINITION, tokens.get(name).value()))
                    : List.of();
        }
        boolean named = MADE_OF_ROUTINES.stream().anyMatch(kind::isWord);
        return named ? Call.names(tokens.subList(at + 1, tokens.size())) : List.of();
    }
}
