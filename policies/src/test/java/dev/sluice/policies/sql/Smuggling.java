package dev.sluice.policies.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The statements of {@code corpus/smuggling.tsv}: attempts to get a schema change past a gateway. */
record Smuggling(String id, boolean postgres, String expect, List<String> messages) {

    LexicalRules rules() {
        return LexicalRules.defaults(postgres ? ServerVersion.postgres(18) : ServerVersion.mysql(9, 7, 4));
    }

    static List<Smuggling> all() {
        List<Smuggling> all = new ArrayList<>();
        for (String line : resource("/corpus/smuggling.tsv").split("\n")) {
            if (!line.startsWith("#")) {
                String[] columns = line.split("\t");
                all.add(new Smuggling(columns[0], columns[1].equals("pg"), columns[3], messages(columns[4])));
            }
        }
        return all;
    }

    private static List<String> messages(String column) {
        List<String> messages = new ArrayList<>();
        for (String message : column.split(" ¦¦ ")) {
            messages.add(expand(message.replace("\\t", "\t")
                    .replace("\\n", "\n")
                    .replace("\\r", "\r")
                    .replace("\\f", "\f")
                    .replace("\\v", "\u000b")));
        }
        return messages;
    }

    private static String expand(String message) {
        String expanded = message;
        while (expanded.contains("{PAD:") || expanded.contains("{REP:")) {
            int open = Math.max(expanded.indexOf("{PAD:"), expanded.indexOf("{REP:"));
            int close = expanded.indexOf('}', open);
            String[] parts = expanded.substring(open + 1, close).split(":", 3);
            String filling = parts[0].equals("PAD") ? "x" : parts[2];
            expanded = expanded.substring(0, open)
                    + filling.repeat(Integer.parseInt(parts[1]))
                    + expanded.substring(close + 1);
        }
        return expanded;
    }

    static String resource(String path) {
        try (InputStream in = Smuggling.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return id + " " + expect;
    }
}
