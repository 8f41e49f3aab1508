package dev.sluice.policies.sql;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which statements of a body make, change or drop what is only this session's. Follows one body; not thread-safe. */
final class TemporaryObjects {

    private static final Set<String> BEFORE_NAME =
            Set.of("TABLE", "VIEW", "SEQUENCE", "IF", "NOT", "EXISTS", "ONLY", "UNIQUE", "TEMPORARY", "TEMP");
    private static final Set<String> BEFORE_OBJECT = Set.of("OR", "REPLACE", "LOCAL", "GLOBAL");

    private static final Set<String> BRANCHES =
            Set.of("IF", "CASE", "LOOP", "WHILE", "FOR", "FOREACH", "REPEAT", "EXCEPTION", "HANDLER");

    private final List<Token> tokens;
    private final Set<String> names = new HashSet<>();

    TemporaryObjects(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** Whether the statement that the verb at i leads is about such a thing; one that it makes is remembered. */
    boolean concern(String verb, int i) {
        int at = i + 1;
        while (at < tokens.size() && BEFORE_OBJECT.contains(word(at))) {
            at++;
        }
        boolean temporary = word(at).equals("TEMP") || word(at).equals("TEMPORARY");
        if (temporary && verb.equals("CREATE")) {
            name(at).ifPresent(names::add);
        }
        if (temporary || (verb.equals("DROP") && word(at).equals("PREPARE"))) {
            return true;
        }
        return switch (verb) {
            case "CREATE" -> isOn(at);
            case "DROP" -> isOwn(at) && isAlone(at) && left(at);
            case "ALTER", "TRUNCATE" -> isOwn(at) && isAlone(at);
            default -> false;
        };
    }

    /** Where statements may be left out or repeated, only {@code pg_temp.} tells it from what it hides. */
    private boolean isOwn(int from) {
        int at = from;
        while (BEFORE_NAME.contains(word(at))) {
            at++;
        }
        return isInTemporarySchema(at)
                || (!branches() && name(from).filter(names::contains).isPresent());
    }

    private boolean branches() {
        for (int i = 0; i < tokens.size(); i++) {
            boolean exists = word(i).equals("IF")
                    && (word(i + 1).equals("EXISTS") || word(i + 1).equals("NOT"));
            if (BRANCHES.contains(word(i)) && !exists) {
                return true;
            }
        }
        return false;
    }

    /** Its name means something else from now on. */
    private boolean left(int from) {
        name(from).ifPresent(names::remove);
        return true;
    }

    /** {@code CREATE INDEX … ON} such a table. */
    private boolean isOn(int from) {
        if (!word(from).equals("INDEX") && !word(from).equals("UNIQUE")) {
            return false;
        }
        for (int at = from; at < tokens.size() && !tokens.get(at).isSymbol(";"); at++) {
            if (word(at).equals("ON")) {
                return name(at + 1).filter(names::contains).isPresent();
            }
        }
        return false;
    }

    /** Whether no second name follows the first. */
    private boolean isAlone(int from) {
        int at = from;
        while (BEFORE_NAME.contains(word(at))) {
            at++;
        }
        at += isInTemporarySchema(at) ? 3 : 1;
        return at >= tokens.size() || !tokens.get(at).isSymbol(",");
    }

    private Optional<String> name(int from) {
        int at = from;
        while (BEFORE_NAME.contains(word(at))) {
            at++;
        }
        if (isInTemporarySchema(at)) {
            return Optional.of(lower(at + 2));
        }
        boolean qualified = at + 1 < tokens.size() && tokens.get(at + 1).isSymbol(".");
        return at < tokens.size() && tokens.get(at).isIdentifier() && !qualified
                ? Optional.of(lower(at))
                : Optional.empty();
    }

    private boolean isInTemporarySchema(int at) {
        return word(at).equals("PG_TEMP")
                && at + 2 < tokens.size()
                && tokens.get(at + 1).isSymbol(".");
    }

    private String lower(int at) {
        return tokens.get(at).value().toLowerCase(Locale.ROOT);
    }

    private String word(int at) {
        return at < tokens.size() && tokens.get(at).kind() == Token.Kind.WORD
                ? tokens.get(at).text().toUpperCase(Locale.ROOT)
                : "";
    }
}
