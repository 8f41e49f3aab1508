package dev.sluice.policies.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be told of SQL text that an expression builds: its literals put together, a name in place of what is only known
 * when it runs.
 *
 * @param text with placeholders
 * @param closed whether nothing can be put in but names and constants in their quotes
 * @param literal whether any of it is written out
 */
public record DynamicText(String text, boolean closed, boolean literal) {

    private static final String HOLE = "x";
    private static final DynamicText UNKNOWN = new DynamicText(HOLE, false, false);
    private static final DynamicText NAME = new DynamicText(HOLE, true, false);

    private static final Set<String> QUOTING = Set.of("quote_ident", "quote_literal", "quote_nullable");
    private static final Set<String> DATA =
            Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "MERGE", "REPLACE", "TABLE");
    private static final Pattern FORMAT = Pattern.compile("%(?:(\\d+)\\$)?[-*\\d$]*([sIL%])");

    /** Of the tokens of an expression. */
    public static DynamicText of(List<Token> expression, LexicalRules rules) {
        DynamicText whole = new DynamicText("", true, false);
        int start = 0;
        int depth = 0;
        for (int i = 0; i <= expression.size(); i++) {
            boolean end = i == expression.size();
            if (end || (depth == 0 && expression.get(i).isSymbol("||"))) {
                whole = whole.and(operand(expression.subList(start, i), rules));
                start = i + 1;
            } else if (expression.get(i).isSymbol("(")) {
                depth++;
            } else if (expression.get(i).isSymbol(")")) {
                depth--;
            }
        }
        return whole;
    }

    /** What running it may do. */
    public RoutineNature nature(LexicalRules rules) {
        if (literal
                && Splitter.splitWithoutDirectives(text, rules).stream()
                        .anyMatch(statement -> changes(statement, rules))) {
            return RoutineNature.CHANGES;
        }
        return closed && literal ? RoutineNature.HARMLESS : RoutineNature.DYNAMIC;
    }

    /** Whether it begins as a statement about rows, whatever is put into it later. */
    public boolean beginsAsData(LexicalRules rules) {
        Token first = Scanner.of(text, rules).next();
        return literal && DATA.contains(first.text().toUpperCase(Locale.ROOT));
    }

    private boolean changes(StatementText statement, LexicalRules rules) {
        return switch (statement.kind()) {
            case SCHEMA_CHANGE, OPAQUE ->
                ProgramBody.read(statement.in(text), rules).nature() != RoutineNature.HARMLESS;
            case GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE, TRANSACTION, SETTING, DATA -> false;
        };
    }

    private DynamicText and(DynamicText next) {
        return new DynamicText(text + next.text, closed && next.closed, literal || next.literal);
    }

    private static DynamicText operand(List<Token> tokens, LexicalRules rules) {
        if (tokens.isEmpty()) {
            return UNKNOWN;
        }
        Token first = tokens.getFirst();
        boolean cast = tokens.size() == 3 && tokens.get(1).isSymbol("::");
        if ((tokens.size() == 1 || cast) && first.isString()) {
            return new DynamicText(StringText.decode(first, rules), true, true);
        }
        if (tokens.size() == 1 && isConstant(first)) {
            return new DynamicText(first.text(), true, true);
        }
        if (first.isSymbol("(") && closes(tokens, 0) == tokens.size() - 1) {
            return of(tokens.subList(1, tokens.size() - 1), rules);
        }
        List<Call> calls = Call.in(tokens);
        boolean call = !calls.isEmpty() && tokens.getLast().isSymbol(")") && wholeCall(tokens);
        return call ? called(calls.getFirst(), rules) : UNKNOWN;
    }

    private static boolean isConstant(Token token) {
        return token.kind() == Token.Kind.NUMBER
                || token.isWord("TRUE")
                || token.isWord("FALSE")
                || token.isWord("NULL");
    }

    /** Whether the tokens are one call and nothing else. */
    private static boolean wholeCall(List<Token> tokens) {
        int open = tokens.size() > 3 && tokens.get(1).isSymbol(".") ? 3 : 1;
        return tokens.size() > open && tokens.get(open).isSymbol("(") && closes(tokens, open) == tokens.size() - 1;
    }

    private static int closes(List<Token> tokens, int open) {
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            depth += tokens.get(i).isSymbol("(") ? 1 : tokens.get(i).isSymbol(")") ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private static DynamicText called(Call call, LexicalRules rules) {
        if (QUOTING.contains(call.name())) {
            return NAME;
        }
        List<DynamicText> arguments = new ArrayList<>();
        call.arguments().forEach(argument -> arguments.add(of(argument, rules)));
        if (call.name().equals("concat")) {
            return arguments.stream().reduce(new DynamicText("", true, false), DynamicText::and);
        }
        boolean formats = call.name().equals("format") && !arguments.isEmpty();
        return formats ? formatted(arguments) : UNKNOWN;
    }

    private static DynamicText formatted(List<DynamicText> arguments) {
        DynamicText format = arguments.getFirst();
        if (!format.literal) {
            return UNKNOWN;
        }
        Matcher matcher = FORMAT.matcher(format.text);
        StringBuilder text = new StringBuilder();
        boolean closed = format.closed;
        int next = 1;
        while (matcher.find()) {
            String kind = matcher.group(2);
            String said = "%";
            if (!"%".equals(kind)) {
                int number = matcher.group(1) == null ? next : Integer.parseInt(matcher.group(1));
                next = number + 1;
                DynamicText argument = number < arguments.size() ? arguments.get(number) : UNKNOWN;
                closed &= !"s".equals(kind) || argument.closed;
                said = "s".equals(kind) ? argument.text : HOLE;
            }
            matcher.appendReplacement(text, Matcher.quoteReplacement(said));
        }
        return new DynamicText(matcher.appendTail(text).toString(), closed, true);
    }
}
