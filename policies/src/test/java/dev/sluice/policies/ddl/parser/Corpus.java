package dev.sluice.policies.ddl.parser;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The statements that the verdicts are tested with, read from the class path. */
public final class Corpus {
    /** @param id empty for the statements that build the fixture */
    public record Line(String id, String verdict, List<String> rules, String statement) {
        @Override
        public String toString() {
            return id + " " + statement;
        }
    }

    private Corpus() {}

    /** All statements of a file: those that are judged and those that build the fixture. */
    public static List<Line> read(String file) {
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream("/corpus/" + file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") || line.startsWith("#setup\t"))
                    .map(Corpus::line)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Line line(String line) {
        String[] parts = line.split("\t");
        if (parts[0].equals("#setup")) {
            return new Line("", "", List.of(), decode(parts[1]));
        }
        List<String> rules = parts[2].equals("-") ? List.of() : List.of(parts[2].split(","));
        return new Line(parts[0], parts[1], rules, decode(parts[3]));
    }

    private static String decode(String text) {
        StringBuilder decoded = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\' || i + 1 == text.length()) {
                decoded.append(c);
                continue;
            }
            i++;
            switch (text.charAt(i)) {
                case 'n' -> decoded.append('\n');
                case 't' -> decoded.append('\t');
                default -> decoded.append(text.charAt(i));
            }
        }
        return decoded.toString();
    }
}
