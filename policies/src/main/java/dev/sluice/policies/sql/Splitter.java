package dev.sluice.policies.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Takes a message apart into statements. */
public final class Splitter {
    private Splitter() {}

    /**
     * The statements of a message in order, empty ones left out.
     *
     * @throws DirectiveException when a directive is unknown, malformed, or stands where it means nothing
     */
    public static List<StatementText> split(String sql, LexicalRules rules) {
        return split(sql, rules, true);
    }

    /** The same for texts whose directives are nobody's business; all directives are none. */
    public static List<StatementText> splitWithoutDirectives(String sql, LexicalRules rules) {
        return split(sql, rules, false);
    }

    private static List<StatementText> split(String sql, LexicalRules rules, boolean withDirectives) {
        byte[] bytes = Scanner.bytes(sql, rules.dialect());
        List<StatementText> statements = new ArrayList<>();
        LexicalRules current = rules;
        int from = 0;
        StatementReader reader = new StatementReader(bytes, 0, bytes.length, current);
        while (reader.next()) {
            Directives directives =
                    withDirectives && reader.hasDirectives() ? directives(sql, from, reader, current) : Directives.NONE;
            StatementText statement = new StatementText(reader.start(), reader.end(), reader.kind(), directives);
            statements.add(statement);
            from = reader.position();
            if (reader.setsSqlMode()) {
                current = afterSqlMode(statement.in(sql), current);
                reader = new StatementReader(bytes, from, bytes.length, current);
            }
        }
        if (withDirectives && reader.hasDirectives()) {
            throw new DirectiveException(
                    "a directive stands behind the last statement; put it into the statement or before it");
        }
        return List.copyOf(statements);
    }

    private static Directives directives(String sql, int from, StatementReader reader, LexicalRules rules) {
        Map<String, Optional<String>> found = new LinkedHashMap<>();
        Scanner scanner = Scanner.of(sql, from, reader.position(), rules);
        for (Token token = scanner.nextWithComments();
                token.kind() != Token.Kind.END;
                token = scanner.nextWithComments()) {
            if (token.kind() == Token.Kind.COMMENT && token.text().startsWith("/*")) {
                String text = content(token.text());
                if (text.regionMatches(true, 0, "sluice:", 0, 7)) {
                    DirectiveParser.parse(text.substring(7), found);
                }
            }
        }
        boolean schemaChange = switch (reader.kind()) {
            case SCHEMA_CHANGE, OPAQUE, EXPLAIN_SCHEMA_CHANGE -> true;
            case GATEWAY_COMMAND, TRANSACTION, SETTING, DATA -> false;
        };
        return DirectiveParser.directives(found, reader.isWrite(), schemaChange);
    }

    private static String content(String comment) {
        int end = comment.length() > 3 && comment.endsWith("*/") ? comment.length() - 2 : comment.length();
        int start = 2;
        while (start < end && Character.isWhitespace(comment.charAt(start))) {
            start++;
        }
        return comment.substring(Math.min(start, end), end);
    }

    /** MySQL reads what follows by the mode that was set; one that is not written out is taken to change nothing. */
    private static LexicalRules afterSqlMode(String statement, LexicalRules rules) {
        String modes = null;
        for (Token token : Scanner.tokens(statement, rules)) {
            if (token.kind() == Token.Kind.STRING) {
                modes = (modes == null ? "" : modes + ",") + token.value().toUpperCase(Locale.ROOT);
            }
        }
        if (modes == null) {
            return rules;
        }
        List<String> all = List.of(modes.split("[,\\s]+"));
        boolean ansi = all.contains("ANSI_QUOTES") || all.contains("ANSI") || all.contains("ORACLE");
        return new LexicalRules(
                rules.version(), rules.standardConformingStrings(), ansi, all.contains("NO_BACKSLASH_ESCAPES"));
    }

    /**
     * The text as the server reads it, at the same length: where an executable comment is code its marks are blanked out,
     * where it is none all of it. Plain comments stay.
     */
    public static String open(String sql, LexicalRules rules) {
        if (!rules.dialect().isMySqlFamily() || !(sql.contains("/*!") || sql.contains("/*M!"))) {
            return sql;
        }
        StringBuilder opened = new StringBuilder(sql);
        Scanner scanner = Scanner.of(sql, rules);
        for (Token token = scanner.nextWithComments();
                token.kind() != Token.Kind.END;
                token = scanner.nextWithComments()) {
            boolean skipped = token.kind() == Token.Kind.COMMENT && isExecutable(token.text(), rules.dialect());
            if (skipped || token.kind() == Token.Kind.CODE_OPEN || token.kind() == Token.Kind.CODE_CLOSE) {
                for (int i = token.start(); i < token.end(); i++) {
                    opened.setCharAt(i, ' ');
                }
            }
        }
        return opened.toString();
    }

    private static boolean isExecutable(String comment, Dialect dialect) {
        return comment.startsWith("/*!") || (dialect == Dialect.MARIADB && comment.startsWith("/*M!"));
    }
}
