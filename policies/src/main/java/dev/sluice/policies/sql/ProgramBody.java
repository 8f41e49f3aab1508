package dev.sluice.policies.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What stands in the body of a routine or of a DO block, in SQL, PL/pgSQL or MySQL's language.
 *
 * @param nature what it may do by itself, what it calls not counted
 * @param why the beginning of what makes it so; empty for a harmless one
 * @param calls the names that it calls, in lower case
 */
public record ProgramBody(RoutineNature nature, String why, Set<String> calls) {

    /** One that does nothing. */
    public static final ProgramBody HARMLESS = of(RoutineNature.HARMLESS, "");

    private static final int WHY_LENGTH = 60;
    private static final int MAX_NESTING = 4;
    /** What is looked through for the begin of a handler. */
    private static final int HANDLER_CONDITIONS_MAX = 40;

    private static final Set<String> ENDS_EXPRESSION = Set.of("INTO", "USING", "LOOP");
    private static final Set<String> BEHIND_SYMBOLS = Set.of(";", ":", ">>", ")");
    private static final Set<String> BEHIND_WORDS =
            Set.of("BEGIN", "THEN", "ELSE", "LOOP", "DO", "REPEAT", "ATOMIC", "ROW");

    public ProgramBody {
        calls = Set.copyOf(calls);
    }

    /** One that is known by its nature alone. */
    public static ProgramBody of(RoutineNature nature, String why) {
        return new ProgramBody(nature, why, Set.of());
    }

    /** Reads a CREATE FUNCTION of PostgreSQL's: what its literals say, and what it calls without any. */
    public static ProgramBody ofDefinition(String statement, LexicalRules rules) {
        List<Token> tokens = Scanner.tokens(statement, rules);
        Set<String> calls = new HashSet<>();
        Call.in(tokens).forEach(call -> calls.add(call.name()));
        ProgramBody whole = new ProgramBody(RoutineNature.HARMLESS, "", calls);
        for (Token token : tokens) {
            if (token.isString()) {
                whole = whole.and(read(StringText.decode(token, rules), rules));
            }
        }
        return whole;
    }

    private ProgramBody and(ProgramBody other) {
        boolean worse = other.nature.compareTo(nature) > 0;
        Set<String> all = new HashSet<>(calls);
        all.addAll(other.calls);
        return new ProgramBody(nature.or(other.nature), worse ? other.why : why, all);
    }

    /** Reads a body. */
    public static ProgramBody read(String body, LexicalRules rules) {
        return read(body, rules, 0);
    }

    /** What a statement that begins with the word does in a body, where its object is not a temporary one. */
    public static RoutineNature nature(String verb) {
        return switch (Keyword.of(verb)) {
            // They stop or break nobody for long, but are on record when they are sent.
            case REFRESH, COMMENT, GRANT, REVOKE, SECURITY, LOCK -> RoutineNature.DYNAMIC;
            case ALTER, CREATE, DROP -> RoutineNature.CHANGES;
            case Keyword word -> word.alwaysChangesSchema() ? RoutineNature.CHANGES : RoutineNature.HARMLESS;
        };
    }

    private static ProgramBody read(String body, LexicalRules rules, int nesting) {
        Reading reading = new Reading(Scanner.tokens(body, rules), rules, nesting);
        reading.read();
        return new ProgramBody(reading.nature, reading.why, reading.calls);
    }

    private static final class Reading {
        private final List<Token> tokens;
        private final LexicalRules rules;
        private final boolean mySql;
        private final int nesting;
        private final TemporaryObjects temporary;
        private final Map<String, List<DynamicText>> assigned = new HashMap<>();
        private final Set<String> calls = new HashSet<>();
        private RoutineNature nature = RoutineNature.HARMLESS;
        private String why = "";

        Reading(List<Token> tokens, LexicalRules rules, int nesting) {
            this.tokens = tokens;
            this.rules = rules;
            this.mySql = rules.dialect().isMySqlFamily();
            this.nesting = nesting;
            this.temporary = new TemporaryObjects(tokens);
        }

        void read() {
            Call.in(tokens).forEach(call -> calls.add(call.name()));
            for (int i = 1; i < tokens.size(); i++) {
                assignment(i);
            }
            boolean fresh = true;
            for (int i = 0; i < tokens.size(); i++) {
                Token token = tokens.get(i);
                if (token.kind() == Token.Kind.WORD) {
                    String word = token.text().toUpperCase(Locale.ROOT);
                    if (fresh) {
                        begins(word, i);
                    }
                    if (word.equals("EXECUTE") || (mySql && word.equals("PREPARE"))) {
                        executes(word, i);
                    }
                }
                fresh = isFresh(token) || (mySql && endsHandlerConditions(i));
            }
        }

        /** Whether the statement of a {@code DECLARE … HANDLER FOR conditions} may come next. */
        private boolean endsHandlerConditions(int last) {
            int i = last;
            while (i > 0 && last - i < HANDLER_CONDITIONS_MAX && !tokens.get(i).isSymbol(";")) {
                if (tokens.get(i).isWord("FOR") && tokens.get(i - 1).isWord("HANDLER")) {
                    boolean more = isWord(last, "FOR") || isWord(last, "NOT") || isWord(last, "SQLSTATE");
                    return !more
                            && !isWord(last, "VALUE")
                            && !tokens.get(last).isSymbol(",")
                            && !(last + 1 < tokens.size()
                                    && tokens.get(last + 1).isSymbol(","));
                }
                i--;
            }
            return false;
        }

        private void begins(String word, int i) {
            boolean unknown = (word.equals("DO") && !mySql) || (word.equals("COPY") && runsProgram(i));
            RoutineNature begun = unknown ? RoutineNature.DYNAMIC : nature(word);
            if (begun == RoutineNature.DYNAMIC || !temporary.concern(word, i)) {
                becomes(begun, i);
            }
        }

        private boolean runsProgram(int from) {
            for (int i = from; i < tokens.size() && !tokens.get(i).isSymbol(";"); i++) {
                if (tokens.get(i).isWord("PROGRAM")) {
                    return true;
                }
            }
            return false;
        }

        private void executes(String word, int i) {
            boolean prepares = word.equals("PREPARE");
            boolean immediate = mySql && isWord(i + 1, "IMMEDIATE");
            boolean trigger = isWord(i + 1, "FUNCTION") || isWord(i + 1, "PROCEDURE") || isWord(i + 1, "ON");
            boolean given = prepares ? isWord(i + 2, "FROM") : !mySql || immediate;
            if (trigger || !given) {
                return;
            }
            for (DynamicText text : texts(expression(i + (prepares ? 3 : immediate ? 2 : 1)))) {
                becomes(text.nature(rules), i);
                if (text.literal() && nesting < MAX_NESTING) {
                    calls.addAll(ProgramBody.read(text.text(), rules, nesting + 1).calls);
                }
            }
        }

        /** What is run: the expression's text, or each that is assigned to the variable that it is. */
        private List<DynamicText> texts(List<Token> expression) {
            if (expression.size() == 1 && expression.getFirst().isIdentifier()) {
                String name = expression.getFirst().value().toLowerCase(Locale.ROOT);
                List<DynamicText> known = assigned.getOrDefault(name, List.of());
                if (!known.isEmpty() && !isFilledOtherwise(name)) {
                    return known;
                }
            }
            return List.of(DynamicText.of(expression, rules));
        }

        private boolean isFilledOtherwise(String name) {
            for (int i = 1; i < tokens.size(); i++) {
                Token before = tokens.get(i - 1);
                boolean target = before.isWord("INTO")
                        || before.isWord("STRICT")
                        || before.isSymbol(",")
                        || before.isWord("FOR");
                if (target
                        && tokens.get(i).isIdentifier()
                        && tokens.get(i).value().equalsIgnoreCase(name)) {
                    return true;
                }
            }
            return false;
        }

        /** {@code name := expression}, {@code name type := expression}, {@code name = expression}. */
        private void assignment(int i) {
            Token sign = tokens.get(i);
            if (!sign.isSymbol(":=") && !sign.isSymbol("=")) {
                return;
            }
            int start = i - 1;
            while (start > 0
                    && !isFresh(tokens.get(start - 1))
                    && !tokens.get(start - 1).isWord("DECLARE")) {
                start--;
            }
            String name = tokens.get(start).value().toLowerCase(Locale.ROOT);
            assigned.computeIfAbsent(name, n -> new ArrayList<>()).add(DynamicText.of(expression(i + 1), rules));
        }

        private List<Token> expression(int from) {
            int start = Math.min(from, tokens.size());
            int depth = 0;
            int i = start;
            for (; i < tokens.size(); i++) {
                Token token = tokens.get(i);
                depth += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
                boolean ends = token.isSymbol(";")
                        || (token.kind() == Token.Kind.WORD
                                && ENDS_EXPRESSION.contains(token.text().toUpperCase(Locale.ROOT)));
                if (depth < 0 || (depth == 0 && ends)) {
                    break;
                }
            }
            return tokens.subList(start, i);
        }

        /** Whether a statement may begin behind this token. */
        private static boolean isFresh(Token token) {
            return token.kind() == Token.Kind.SYMBOL
                    ? BEHIND_SYMBOLS.contains(token.text())
                    : token.kind() == Token.Kind.WORD
                            && BEHIND_WORDS.contains(token.text().toUpperCase(Locale.ROOT));
        }

        private boolean isWord(int i, String word) {
            return i < tokens.size() && tokens.get(i).isWord(word);
        }

        private void becomes(RoutineNature found, int i) {
            if (found.compareTo(nature) <= 0) {
                return;
            }
            nature = found;
            String rest = tokens.get(i).sql().substring(tokens.get(i).start());
            int end = rest.indexOf(';');
            String text = (end < 0 ? rest : rest.substring(0, end)).strip().replaceAll("\\s+", " ");
            why = text.length() > WHY_LENGTH ? text.substring(0, WHY_LENGTH) + "…" : text;
        }
    }
}
