package dev.sluice.proxy.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Files with both directions: goose ({@code -- +goose Up}), sql-migrate ({@code -- +migrate Up}), dbmate
 * ({@code -- migrate:up}).
 */
final class UpDownScript {
    private static final Pattern MARK = Pattern.compile(
            "^--\\s*(\\+goose\\s|\\+migrate\\s|migrate:(up|down))", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

    private UpDownScript() {}

    static boolean isOne(String text) {
        return MARK.matcher(text).find();
    }

    static Script read(String text, boolean mySql, boolean down) {
        Script.Mask mask = new Script.Mask(text);
        List<Script.Piece> pieces = new ArrayList<>();
        boolean transaction = !mySql;
        boolean wanted = false;
        int from = 0;
        for (Script.Line line : Script.Line.of(text)) {
            String mark = mark(line.text());
            if (mark.isEmpty()) {
                if (!wanted) {
                    mask.blank(line.start(), line.end());
                }
            } else if (mark.startsWith("no transaction")) {
                transaction = false;
            } else {
                piece(pieces, from, line.start(), transaction, false, wanted);
                from = line.end();
                switch (mark.split(" ")[0]) {
                    case "up" -> wanted = !down;
                    case "down" -> wanted = down;
                    case "statementend" -> single(pieces);
                    default -> {}
                }
                transaction &= !mark.contains("notransaction") && !mark.contains("transaction:false");
            }
        }
        piece(pieces, from, text.length(), transaction, false, wanted);
        boolean inTransaction = transaction;
        return new Script(
                mask.toString(),
                pieces.stream()
                        .map(p -> new Script.Piece(p.start(), p.end(), inTransaction, p.single()))
                        .toList());
    }

    private static void piece(
            List<Script.Piece> pieces, int start, int end, boolean transaction, boolean single, boolean wanted) {
        if (wanted && start < end) {
            pieces.add(new Script.Piece(start, end, transaction, single));
        }
    }

    /** What stood between StatementBegin and StatementEnd. */
    private static void single(List<Script.Piece> pieces) {
        if (!pieces.isEmpty()) {
            Script.Piece last = pieces.removeLast();
            pieces.add(new Script.Piece(last.start(), last.end(), last.transaction(), true));
        }
    }

    /** What the tool's comment says, in lower case, or nothing. */
    private static String mark(String line) {
        if (!line.startsWith("--")) {
            return "";
        }
        String comment = line.substring(2).strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
        for (String prefix : List.of("+goose ", "+migrate ", "migrate:")) {
            if (comment.startsWith(prefix)) {
                return comment.substring(prefix.length());
            }
        }
        return "";
    }
}
