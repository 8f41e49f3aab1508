package dev.sluice.policies.ddl.parser;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The kinds of the generated parser's tokens, by what they look like. */
final class Kinds {
    private static final Pattern KEYWORD = Pattern.compile("\"[A-Z_][A-Z_0-9]*\"");
    private static final Map<String, Integer> WORDS = words();
    private static final int[] CHARACTERS = characters();

    private Kinds() {}

    /** The keyword that the word is, or an identifier. */
    static int ofWord(String word) {
        return WORDS.getOrDefault(word.toUpperCase(Locale.ROOT), DdlParserImplConstants.IDENTIFIER);
    }

    static int ofSymbol(String symbol) {
        return symbol.length() == 1 && symbol.charAt(0) < CHARACTERS.length
                ? CHARACTERS[symbol.charAt(0)]
                : DdlParserImplConstants.OTHER_CHARACTER;
    }

    private static Map<String, Integer> words() {
        Map<String, Integer> words = new HashMap<>();
        String[] images = DdlParserImplConstants.tokenImage;
        for (int kind = 0; kind < images.length; kind++) {
            if (KEYWORD.matcher(images[kind]).matches()) {
                words.put(images[kind].substring(1, images[kind].length() - 1), kind);
            }
        }
        return Map.copyOf(words);
    }

    private static int[] characters() {
        int[] kinds = new int[128];
        Arrays.fill(kinds, DdlParserImplConstants.OTHER_CHARACTER);
        kinds['('] = DdlParserImplConstants.LPAREN;
        kinds[')'] = DdlParserImplConstants.RPAREN;
        kinds['['] = DdlParserImplConstants.LBRACKET;
        kinds[']'] = DdlParserImplConstants.RBRACKET;
        kinds[','] = DdlParserImplConstants.COMMA;
        kinds['.'] = DdlParserImplConstants.DOT;
        kinds['='] = DdlParserImplConstants.EQ;
        kinds['*'] = DdlParserImplConstants.STAR;
        kinds['+'] = DdlParserImplConstants.PLUS;
        kinds['-'] = DdlParserImplConstants.MINUS;
        kinds[';'] = DdlParserImplConstants.SEMICOLON;
        return kinds;
    }
}
