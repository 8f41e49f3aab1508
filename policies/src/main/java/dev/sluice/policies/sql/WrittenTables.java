package dev.sluice.policies.sql;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The tables and views whose rows a text of PostgreSQL's writes, as far as its words say. */
final class WrittenTables {

    private static final Set<String> BEFORE_NAME = Set.of("INTO", "FROM", "ONLY", "TABLE", "BINARY");

    /** Behind these UPDATE begins no statement: {@code FOR NO KEY UPDATE}, {@code ON UPDATE CASCADE}, {@code DO UPDATE}. */
    private static final Set<String> NO_UPDATE_BEHIND = Set.of("FOR", "KEY", "ON", "BEFORE", "AFTER", "OR", "OF", "DO");

    private WrittenTables() {}

    /** Their names without schema, in lower case. */
    static Set<String> in(List<Token> tokens) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tokens.size(); i++) {
            if (writes(tokens, i)) {
                int at = i + 1;
                while (at < tokens.size()
                        && (isBeforeName(tokens.get(at)) || tokens.get(at).isSymbol("("))) {
                    at++;
                }
                while (at + 2 < tokens.size() && tokens.get(at + 1).isSymbol(".")) {
                    at += 2;
                }
                if (at < tokens.size() && tokens.get(at).isIdentifier()) {
                    names.add(tokens.get(at).value().toLowerCase(Locale.ROOT));
                }
            }
        }
        return names;
    }

    private static boolean isBeforeName(Token token) {
        return token.kind() == Token.Kind.WORD
                && BEFORE_NAME.contains(token.text().toUpperCase(Locale.ROOT));
    }

    private static boolean writes(List<Token> tokens, int i) {
        Token verb = tokens.get(i);
        if (verb.kind() != Token.Kind.WORD || i + 1 == tokens.size()) {
            return false;
        }
        Token next = tokens.get(i + 1);
        return switch (verb.text().toUpperCase(Locale.ROOT)) {
            case "INSERT" -> next.isWord("INTO");
            case "DELETE" -> next.isWord("FROM");
            case "UPDATE" ->
                next.isIdentifier() && (i == 0 || NO_UPDATE_BEHIND.stream().noneMatch(tokens.get(i - 1)::isWord));
            case "MERGE", "TRUNCATE" -> true;
            case "COPY" -> copiesIn(tokens, i);
            default -> false;
        };
    }

    /** {@code COPY t (a) FROM …}, not {@code COPY (SELECT 1 FROM t) TO …}. */
    private static boolean copiesIn(List<Token> tokens, int copy) {
        int depth = 0;
        for (int i = copy + 1; i < tokens.size() && !tokens.get(i).isSymbol(";"); i++) {
            depth += tokens.get(i).isSymbol("(") ? 1 : tokens.get(i).isSymbol(")") ? -1 : 0;
            if (depth == 0 && tokens.get(i).isWord("FROM")) {
                return true;
            }
        }
        return false;
    }
}
