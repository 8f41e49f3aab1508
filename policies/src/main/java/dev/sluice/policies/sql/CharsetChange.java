package dev.sluice.policies.sql;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * MySQL reads the statements of a message by the character set that the ones before have chosen. In some of them a
 * backslash is the second half of a character, so that a string ends where it did not before.
 */
public final class CharsetChange {

    /** In these a byte below 0x80 is always that ASCII character. */
    private static final Set<String> PLAIN = Set.of(
            "utf8", "utf8mb3", "utf8mb4", "latin1", "latin2", "latin5", "latin7", "ascii", "binary", "default",
            "cp1250", "cp1251", "cp1256", "cp1257", "greek", "hebrew", "koi8r", "koi8u");

    private CharsetChange() {}

    /** Whether what stands behind such a statement of a message could be read in two ways. */
    public static boolean makesUnclear(String sql, LexicalRules rules) {
        if (sql.indexOf('\\') < 0 && sql.indexOf('`') < 0) {
            return false;
        }
        List<StatementText> statements = Splitter.splitWithoutDirectives(sql, rules);
        for (int i = 0; i + 1 < statements.size(); i++) {
            StatementText statement = statements.get(i);
            if (statement.kind() == StatementText.Kind.SETTING
                    && hasHalf(sql.substring(statement.end()))
                    && isUnclear(Scanner.tokens(statement.in(sql), rules))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a backslash or a backtick may be the second half of a character. */
    public static boolean hasHalf(String text) {
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c == '\\' || c == '`') && text.charAt(i - 1) > 0x7f) {
                return true;
            }
        }
        return false;
    }

    /** {@code SET NAMES x}, {@code SET CHARACTER SET x}, {@code SET CHARSET x}, {@code SET character_set_client = x}. */
    private static boolean isUnclear(List<Token> tokens) {
        for (int i = 1; i < tokens.size(); i++) {
            String word = tokens.get(i).text().toLowerCase(Locale.ROOT);
            boolean chooses = word.equals("names")
                    || word.equals("charset")
                    || (word.equals("set") && tokens.get(i - 1).isWord("CHARACTER"))
                    || word.endsWith("character_set_client")
                    || word.endsWith("character_set_client`");
            if (chooses && !isPlain(tokens, i + 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPlain(List<Token> tokens, int from) {
        int at = from;
        while (at < tokens.size()
                && (tokens.get(at).isSymbol("=") || tokens.get(at).isSymbol(":="))) {
            at++;
        }
        return at < tokens.size() && PLAIN.contains(tokens.get(at).value().toLowerCase(Locale.ROOT));
    }
}
