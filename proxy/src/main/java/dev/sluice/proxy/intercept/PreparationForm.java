package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.StringText;
import dev.sluice.policies.sql.Token;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The forms of PREPARE and EXECUTE whose meaning is plain; whatever differs from them is {@link Other}. */
sealed interface PreparationForm {

    /**
     * {@code PREPARE name FROM 'text'} or {@code FROM @variable}.
     *
     * @param source what the literal says, or the variable as it stands
     */
    record Prepare(String name, String source, boolean variable) implements PreparationForm {}

    /** {@code EXECUTE name [USING @a, …]}. */
    record Execute(String name) implements PreparationForm {}

    record Other() implements PreparationForm {}

    /** The server takes other names for the same that look different. */
    Pattern NAME = Pattern.compile("[A-Za-z0-9_$]{1,64}");

    Pattern VARIABLE = Pattern.compile("@[A-Za-z0-9_$.]{1,64}");

    static PreparationForm of(String sql, LexicalRules rules) {
        List<Token> all = Scanner.tokens(sql, rules);
        List<Token> tokens = all.stream().filter(token -> !token.isSymbol(";")).toList();
        boolean single = tokens.size() == all.size() || all.getLast().isSymbol(";") && tokens.size() == all.size() - 1;
        if (!single || tokens.size() < 2 || !isPlainName(tokens.get(1))) {
            return new Other();
        }
        String name = tokens.get(1).value().toLowerCase(Locale.ROOT);
        if (tokens.getFirst().isWord("EXECUTE") && usesVariables(tokens.subList(2, tokens.size()))) {
            return new Execute(name);
        }
        if (!tokens.getFirst().isWord("PREPARE")
                || tokens.size() != 4
                || !tokens.get(2).isWord("FROM")) {
            return new Other();
        }
        Token source = tokens.get(3);
        if (isPlainVariable(source)) {
            return new Prepare(name, source.text(), true);
        }
        boolean literal = source.isString()
                && (source.text().startsWith("'") || source.text().startsWith("\""));
        return literal ? new Prepare(name, StringText.decode(source.text(), rules), false) : new Other();
    }

    private static boolean isPlainName(Token token) {
        return token.isIdentifier() && NAME.matcher(token.value()).matches();
    }

    private static boolean isPlainVariable(Token token) {
        return token.kind() == Token.Kind.VARIABLE
                && VARIABLE.matcher(token.text()).matches();
    }

    private static boolean usesVariables(List<Token> rest) {
        if (rest.isEmpty()) {
            return true;
        }
        boolean plain = rest.getFirst().isWord("USING") && rest.size() % 2 == 0;
        for (int i = 1; plain && i < rest.size(); i++) {
            plain = i % 2 == 1 ? isPlainVariable(rest.get(i)) : rest.get(i).isSymbol(",");
        }
        return plain;
    }
}
