package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;

/** What a string literal says. */
final class StringLiterals {
    private StringLiterals() {}

    /** The text of a literal token: quotes and doubled quotes taken away, backslash escapes of quotes resolved. */
    static String decode(String image, LexicalRules rules) {
        if (image.startsWith("$")) {
            int delimiter = image.indexOf('$', 1) + 1;
            return image.substring(delimiter, image.length() - delimiter);
        }
        int open = Math.max(image.indexOf('\''), 0);
        char quote = image.charAt(open);
        if (open == 0 && quote != '\'' && quote != '"') {
            return image;
        }
        String inner = image.substring(open + 1, image.length() - 1).replace("" + quote + quote, "" + quote);
        return backslashes(image, rules) ? unescape(inner) : inner;
    }

    private static boolean backslashes(String image, LexicalRules rules) {
        char prefix = image.charAt(0);
        return rules.dialect() == Dialect.POSTGRES
                ? prefix == 'e' || prefix == 'E' || !rules.standardConformingStrings()
                : !rules.noBackslashEscapes();
    }

    private static String unescape(String inner) {
        StringBuilder text = new StringBuilder(inner.length());
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            if (c != '\\' || i + 1 == inner.length()) {
                text.append(c);
                continue;
            }
            i++;
            switch (inner.charAt(i)) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                default -> text.append(inner.charAt(i));
            }
        }
        return text.toString();
    }
}
