package dev.sluice.proxy.lint;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Scripts of the mysql client, which change what ends a statement by {@code DELIMITER}. */
final class DelimiterScript {
    private static final Pattern COMMAND =
            Pattern.compile("^[ \\t]*delimiter[ \\t]+(\\S+)[ \\t]*$", Pattern.CASE_INSENSITIVE);

    private DelimiterScript() {}

    static Script read(String text, LexicalRules rules) {
        Script.Mask mask = new Script.Mask(text);
        List<Script.Piece> pieces = new ArrayList<>();
        String delimiter = ";";
        int from = 0;
        for (Script.Line line : Script.Line.of(text)) {
            Matcher command = COMMAND.matcher(line.text());
            if (command.matches()) {
                pieces.addAll(pieces(text, from, line.start(), delimiter, false, rules, mask));
                mask.blank(line.start(), line.end());
                delimiter = command.group(1);
                from = line.end();
            }
        }
        pieces.addAll(pieces(text, from, text.length(), delimiter, false, rules, mask));
        return new Script(mask.toString(), pieces);
    }

    /** The pieces between delimiters, which are blanked out; with a semicolon the server's own rules hold. */
    static List<Script.Piece> pieces(
            String text,
            int start,
            int end,
            String delimiter,
            boolean transaction,
            LexicalRules rules,
            Script.Mask mask) {
        if (delimiter.equals(";")) {
            return List.of(new Script.Piece(start, end, transaction, false));
        }
        List<Script.Piece> pieces = new ArrayList<>();
        Scanner scanner = Scanner.of(text, start, end, rules);
        int from = start;
        int at = start;
        while (at < end) {
            if (text.startsWith(delimiter, at)) {
                pieces.add(new Script.Piece(from, at, transaction, true));
                mask.blank(at, at + delimiter.length());
                at += delimiter.length();
                from = at;
            } else {
                at = behindText(scanner, at);
            }
        }
        pieces.add(new Script.Piece(from, end, transaction, true));
        return pieces;
    }

    /** Behind a string or comment that begins here, or else the next character: a delimiter may begin anywhere. */
    private static int behindText(Scanner scanner, int at) {
        scanner.moveTo(at);
        Token token = scanner.nextWithComments();
        return switch (token.kind()) {
            case STRING, QUOTED_IDENTIFIER, COMMENT -> token.start() == at ? token.end() : at + 1;
            case END, BLANK, WORD, DOLLAR_STRING, NUMBER, SYMBOL, PARAMETER, VARIABLE, CODE_OPEN, CODE_CLOSE -> at + 1;
        };
    }
}
