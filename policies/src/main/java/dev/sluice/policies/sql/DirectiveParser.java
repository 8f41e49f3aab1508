package dev.sluice.policies.sql;

import dev.sluice.policies.sql.Directives.Completion;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads {@code /* sluice: name=value, … *}{@code /}. */
final class DirectiveParser {
    private static final int VALUE_LENGTH_MAX = 10_000;
    private static final String KNOWN =
            "the directives are backfill=\"expression\", completion=wait|return and ticket=reference";

    private final String text;
    private int at;

    private DirectiveParser(String text) {
        this.text = text;
    }

    /** Where the directives begin in a comment, or -1 when it is an ordinary comment. */
    static int nameStart(byte[] text, int start, int end) {
        if (text[start] != '/') {
            return -1;
        }
        int name = Chars.blankEnd(text, start + 2, end);
        return Chars.startsWith(text, name, end, "sluice:") ? name + "sluice:".length() : -1;
    }

    /** Whether the comment says {@code sluice: backfill} and no more. */
    static boolean isBackfillMark(byte[] text, int at, int end) {
        int name = Chars.blankEnd(text, at, end);
        return Chars.startsWith(text, name, end, "backfill")
                && Chars.blankEnd(text, name + "backfill".length(), end) == end - 2
                && text[end - 1] == '/';
    }

    /** Adds what a comment asks for; its text is what stands between {@code sluice:} and the end of the comment. */
    static void parse(String text, Map<String, Optional<String>> into) {
        new DirectiveParser(text).all(into);
    }

    static Directives directives(Map<String, Optional<String>> found, boolean write, boolean schemaChange) {
        Directives directives = Directives.NONE;
        for (Map.Entry<String, Optional<String>> entry : new LinkedHashMap<>(found).entrySet()) {
            directives = with(directives, entry.getKey(), entry.getValue(), write);
        }
        if (!write && !schemaChange && !found.isEmpty()) {
            throw new DirectiveException(
                    "the directive " + found.keySet().iterator().next()
                            + " stands in a statement that changes neither a schema nor rows; put it into the statement that it is for");
        }
        return directives;
    }

    private static Directives with(Directives so, String name, Optional<String> value, boolean write) {
        return switch (name) {
            case "backfill" -> new Directives(Optional.of(backfill(value, write)), so.completion(), so.ticket());
            case "completion" -> new Directives(so.backfill(), Optional.of(completion(value)), so.ticket());
            case "ticket" ->
                new Directives(
                        so.backfill(),
                        so.completion(),
                        Optional.of(value.orElseThrow(
                                () -> new DirectiveException("ticket needs a value: ticket=OPS-12"))));
            default -> throw new DirectiveException("unknown directive " + name + "; " + KNOWN);
        };
    }

    private static String backfill(Optional<String> value, boolean write) {
        if (write) {
            if (value.isPresent()) {
                throw new DirectiveException(
                        "backfill takes no value on a statement that writes rows; write /* sluice: backfill */ to mark it");
            }
            return "";
        }
        return value.filter(expression -> !expression.isBlank())
                .orElseThrow(() -> new DirectiveException(
                        "backfill needs the expression that fills existing rows: backfill=\"price * quantity\""));
    }

    private static Completion completion(Optional<String> value) {
        return switch (value.map(word -> word.toLowerCase(Locale.ROOT)).orElse("")) {
            case "wait" -> Completion.WAIT;
            case "return" -> Completion.RETURN;
            default -> throw new DirectiveException("completion is wait or return, not \"" + value.orElse("") + "\"");
        };
    }

    private void all(Map<String, Optional<String>> into) {
        do {
            String name = word(false);
            if (name.isEmpty()) {
                throw new DirectiveException("a directive's name is missing; " + KNOWN);
            }
            Optional<String> value = take('=') ? Optional.of(value(name)) : Optional.empty();
            if (into.put(name.toLowerCase(Locale.ROOT), value) != null) {
                throw new DirectiveException("the directive " + name + " is given twice");
            }
        } while (take(','));
        blanks();
        if (at < text.length()) {
            throw new DirectiveException(
                    "unexpected \"" + text.substring(at).strip()
                            + "\" in a directive; values with blanks or commas stand in double quotes: backfill=\"price * quantity\"");
        }
    }

    private String value(String name) {
        blanks();
        String value =
                at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'') ? quoted(name) : word(true);
        if (value.isEmpty() || value.length() > VALUE_LENGTH_MAX) {
            throw new DirectiveException(
                    "the value of " + name + (value.isEmpty() ? " is missing" : " is longer than " + VALUE_LENGTH_MAX));
        }
        return value;
    }

    private String quoted(String name) {
        char quote = text.charAt(at++);
        StringBuilder value = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            boolean more = at < text.length() && text.charAt(at) == quote;
            if (c == quote && !more) {
                return value.toString();
            }
            if (more && (c == quote || c == '\\')) {
                at++;
                c = quote;
            }
            value.append(c);
        }
        throw new DirectiveException("the value of " + name + " lacks its closing " + quote);
    }

    private String word(boolean value) {
        blanks();
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at))
                        || (value ? "_.:#/@+-" : "_-").indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return text.substring(start, at);
    }

    private boolean take(char c) {
        blanks();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }
}
