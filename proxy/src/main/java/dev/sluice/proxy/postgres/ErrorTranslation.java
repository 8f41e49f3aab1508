package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.Fields;
import dev.sluice.proxy.intercept.Ruling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes what the server says of a replaced statement look as if the client's own had run: no context and no source line
 * of the wrapping, positions in the client's text.
 */
final class ErrorTranslation {
    private static final String WRAPPING = "inline_code_block";
    private static final int TELLING_CHARACTERS = 24;

    private ErrorTranslation() {}

    /** @param statement the number of the statement that the server was at, counted from 0 */
    static Fields translate(Fields said, EditedText text, int statement) {
        Optional<Ruling.Edit> edit = text.of(statement);
        return edit.map(replaced -> inside(said, text, replaced)).orElseGet(() -> moved(said, text));
    }

    /** Of a statement that was sent as it stood, behind or before a replaced one. */
    private static Fields moved(Fields said, EditedText text) {
        int position = number(said.text(Fields.POSITION));
        return position == 0 || text.edits().isEmpty() ? said : at(said, text.toOriginal(position));
    }

    private static Fields inside(Fields said, EditedText text, Ruling.Edit edit) {
        Fields out = said.with(Fields.WHERE, withoutWrapping(said.text(Fields.WHERE), edit.sql()))
                .without(Fields.INTERNAL_POSITION, Fields.INTERNAL_QUERY, Fields.POSITION);
        if (said.text(Fields.FILE).startsWith("pl_")) {
            out = out.without(Fields.FILE, Fields.LINE, Fields.ROUTINE);
        }
        return at(out, position(said, text, edit));
    }

    private static int position(Fields said, EditedText text, Ruling.Edit edit) {
        String inner = said.text(Fields.INTERNAL_QUERY);
        if (!inner.isEmpty()) {
            return text.find(edit, inner, number(said.text(Fields.INTERNAL_POSITION)));
        }
        int position = number(said.text(Fields.POSITION));
        if (position == 0) {
            return 0;
        }
        int outside = text.toOriginal(position);
        return outside != 0 ? outside : text.find(edit, text.text(), position);
    }

    private static Fields at(Fields fields, int position) {
        return fields.with(Fields.POSITION, position > 0 ? Integer.toString(position) : "");
    }

    /** The lines of a context above those of the wrapping block and of the statement that it ran. */
    static String withoutWrapping(String where, String wrapping) {
        List<String> lines = new ArrayList<>(List.of(where.split("\n", -1)));
        int block = lastWith(lines, WRAPPING);
        if (block < 0) {
            return where;
        }
        List<String> above = lines.subList(0, block);
        int statement = -1;
        for (int i = 0; i < above.size(); i++) {
            if (quotes(above.get(i), wrapping)) {
                statement = i;
            }
        }
        return String.join("\n", statement < 0 ? above : above.subList(0, statement));
    }

    private static int lastWith(List<String> lines, String word) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).contains(word)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether a context line, in whatever language, quotes the beginning of a statement of the wrapping's. */
    private static boolean quotes(String line, String wrapping) {
        for (int i = 0; i < line.length(); i++) {
            if ("\"»«„“".indexOf(line.charAt(i)) >= 0) {
                String quoted = line.substring(i + 1);
                String telling = quoted.substring(0, Math.min(TELLING_CHARACTERS, Math.max(0, quoted.length() - 1)));
                return telling.length() > 2 && wrapping.contains(telling.strip());
            }
        }
        return false;
    }

    private static int number(String text) {
        return text.isEmpty() || text.length() > 9 || !text.chars().allMatch(Character::isDigit)
                ? 0
                : Integer.parseInt(text);
    }
}
