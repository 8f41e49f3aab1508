package dev.sluice.policies.sql;

import dev.sluice.policies.sql.Token.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A message that writes rows, as the rules for backfills look at it. Read only for sessions and statements that such a
 * rule may concern, so it may take its time.
 *
 * @param shapes of its statements that write
 * @param marked whether one of them carries {@code /* sluice: backfill *}{@code /}
 * @param tags what comments say in sqlcommenter's form, {@code /*job='nightly'*}{@code /}
 * @param schema the schema of the first statement's table, where it is named there
 * @param table the first statement's table, empty where it cannot be told
 * @param text the message in lower case, without comments and with single blanks
 */
public record WriteText(
        Set<WriteShape> shapes,
        boolean marked,
        Map<String, String> tags,
        Optional<String> schema,
        Optional<String> table,
        String text) {

    private static final Set<String> BEFORE_NAME =
            Set.of("into", "from", "only", "ignore", "low_priority", "high_priority", "delayed", "quick", "concurrent");

    private static final Set<WriteShape> MAY_BE_UNSELECTIVE = Set.of(WriteShape.UPDATE, WriteShape.DELETE);

    /** A longer comment holds no tags. */
    private static final int TAGS_LENGTH_MAX = 4096;

    public WriteText {
        shapes = Set.copyOf(shapes);
        tags = Map.copyOf(tags);
    }

    /** Whether the first word, blanks and comments before it put aside, is one that writes rows. Allocates nothing. */
    public static boolean isPossible(byte[] text, int to) {
        int at = Chars.blankEnd(text, 0, to);
        while (at + 1 < to && text[at] == '/' && text[at + 1] == '*') {
            int i = at + 2;
            while (i + 1 < to && !(text[i] == '*' && text[i + 1] == '/')) {
                i++;
            }
            at = Chars.blankEnd(text, Math.min(to, i + 2), to);
        }
        int end = Chars.wordEnd(text, at, to);
        return switch (Keyword.of(text, at, end)) {
            case UPDATE, DELETE, INSERT, REPLACE, MERGE, COPY, LOAD, WITH -> true;
            default -> false;
        };
    }

    /** Whether the first word begins a transaction block. Allocates nothing. */
    public static boolean beginsTransaction(byte[] text, int to) {
        int at = Chars.blankEnd(text, 0, to);
        return switch (Keyword.of(text, at, Chars.wordEnd(text, at, to))) {
            case BEGIN, START -> true;
            default -> false;
        };
    }

    /** Reads a whole message, in UTF-8. */
    public static WriteText read(byte[] bytes, int length, LexicalRules rules) {
        Set<WriteShape> shapes = EnumSet.noneOf(WriteShape.class);
        boolean marked = false;
        StatementReader reader = new StatementReader(bytes, 0, length, rules);
        while (reader.next()) {
            Optional<WriteShape> shape = reader.writeShape();
            shape.ifPresent(shapes::add);
            if (shape.filter(MAY_BE_UNSELECTIVE::contains).isPresent() && isUnselective(bytes, reader, rules)) {
                shapes.add(WriteShape.UNSELECTIVE);
            }
            marked |= reader.isMarkedBackfill();
        }
        String sql = new String(bytes, 0, length, StandardCharsets.UTF_8);
        Map<String, String> tags = new HashMap<>();
        StringBuilder plain = new StringBuilder();
        Scanner scanner = Scanner.of(sql, rules);
        int end = 0;
        for (Token token = scanner.nextWithComments(); token.kind() != Kind.END; token = scanner.nextWithComments()) {
            switch (token.kind()) {
                case COMMENT -> tags(token.text(), tags);
                case CODE_OPEN, CODE_CLOSE, END, BLANK -> {}
                case WORD, QUOTED_IDENTIFIER, STRING, DOLLAR_STRING, NUMBER, SYMBOL, PARAMETER, VARIABLE -> {
                    if (token.start() > end && !plain.isEmpty()) {
                        plain.append(' ');
                    }
                    plain.append(token.text());
                    end = token.end();
                }
            }
        }
        List<Token> name = table(Scanner.tokens(sql, rules));
        return new WriteText(
                shapes,
                marked,
                tags,
                name.size() == 2 ? Optional.of(name.getFirst().value()) : Optional.empty(),
                name.isEmpty() ? Optional.empty() : Optional.of(name.getLast().value()),
                plain.toString().toLowerCase(Locale.ROOT));
    }

    private static boolean isUnselective(byte[] bytes, StatementReader reader, LexicalRules rules) {
        String statement = new String(bytes, reader.start(), reader.end() - reader.start(), StandardCharsets.UTF_8);
        return Selectivity.isUnselective(Scanner.tokens(statement, rules));
    }

    /** {@code key='value',key='value'}, both URL-encoded; anything else is a comment like any other. */
    private static void tags(String comment, Map<String, String> into) {
        if (!comment.startsWith("/*") || comment.length() > TAGS_LENGTH_MAX || !comment.contains("='")) {
            return;
        }
        Map<String, String> found = new HashMap<>();
        String inner = comment.substring(2, Math.max(2, comment.length() - 2)).strip();
        for (String pair : inner.split(",", -1)) {
            String trimmed = pair.strip();
            int equals = trimmed.indexOf("='");
            if (equals <= 0 || !trimmed.endsWith("'") || trimmed.length() < equals + 3) {
                return;
            }
            found.put(
                    decoded(trimmed.substring(0, equals)),
                    decoded(trimmed.substring(equals + 2, trimmed.length() - 1).replace("\\'", "'")));
        }
        into.putAll(found);
    }

    /** URL-encoded text; what is not well encoded stands for itself. */
    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            boolean escaped = text.charAt(i) == '%' && i + 2 < text.length();
            int high = escaped ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = escaped ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (high >= 0 && low >= 0) {
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.writeBytes(String.valueOf(text.charAt(i)).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The name of the table that the first statement writes, with its schema where that is named. */
    private static List<Token> table(List<Token> tokens) {
        int at = 1;
        if (!tokens.isEmpty() && tokens.getFirst().isWord("LOAD")) {
            while (at < tokens.size() && !tokens.get(at).isWord("TABLE")) {
                at++;
            }
            at++;
        }
        while (at < tokens.size() && BEFORE_NAME.contains(tokens.get(at).text().toLowerCase(Locale.ROOT))) {
            at++;
        }
        if (at >= tokens.size() || !tokens.get(at).isIdentifier()) {
            return List.of();
        }
        boolean qualified = at + 2 < tokens.size()
                && tokens.get(at + 1).isSymbol(".")
                && tokens.get(at + 2).isIdentifier();
        return qualified ? List.of(tokens.get(at), tokens.get(at + 2)) : List.of(tokens.get(at));
    }
}
