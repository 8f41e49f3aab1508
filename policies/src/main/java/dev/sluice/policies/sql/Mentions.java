package dev.sluice.policies.sql;

import java.util.ArrayList;
import java.util.List;

/** What in a text may run a routine that it does not call. */
public final class Mentions {

    private Mentions() {}

    /** Its names and operators, what stands behind a row, and what it writes. */
    public static List<RoutineReference> in(List<Token> tokens) {
        List<RoutineReference> mentions = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.isIdentifier() || token.kind() == Token.Kind.SYMBOL) {
                mentions.add(new RoutineReference.Mentioned(token.value()));
            }
            if (token.isIdentifier() && i > 0 && tokens.get(i - 1).isSymbol(".")) {
                mentions.add(new RoutineReference.Attribute(token.value()));
            }
        }
        WrittenTables.in(tokens).forEach(table -> mentions.add(new RoutineReference.Written(table)));
        return mentions;
    }
}
