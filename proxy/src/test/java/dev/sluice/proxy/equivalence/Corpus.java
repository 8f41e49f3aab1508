package dev.sluice.proxy.equivalence;

import dev.sluice.proxy.testing.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The statements of a corpus file and what has to be there before they run. */
record Corpus(List<String> setup, List<Entry> entries) {

    /** @param rules that cause the verdict */
    record Entry(String id, String verdict, List<String> rules, String sql) {
        @Override
        public String toString() {
            String line = sql.replaceAll("\\s+", " ");
            return id + " " + (line.length() > 90 ? line.substring(0, 90) + "…" : line);
        }
    }

    /** One statement of each verdict and its causes, and some of the others. */
    Stream<Entry> sample() {
        return Sample.of("Statements of the corpus", entries, entry -> List.of(entry.verdict(), entry.rules()));
    }

    static Corpus postgres() {
        return file("postgres-ddl.tsv");
    }

    static Corpus mysql() {
        return file("mysql-ddl.tsv");
    }

    /** Statements for the tables of {@link #mysql()}, few enough to run them all. */
    static List<Entry> mysqlForms() {
        return file("mysql-forms.tsv").entries();
    }

    /** The files lie beside the parser's tests, which read them too. */
    private static Corpus file(String name) {
        try {
            return read(Files.readAllLines(Path.of("..", "policies", "src/test/resources/corpus", name)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Corpus read(List<String> lines) {
        List<String> setup = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.split("\t");
            if (line.startsWith("#setup")) {
                setup.add(unescaped(fields[1]));
            } else if (!line.startsWith("#") && fields.length >= 4) {
                entries.add(new Entry(fields[0], fields[1], rules(fields[2]), unescaped(fields[3])));
            }
        }
        return new Corpus(List.copyOf(setup), List.copyOf(entries));
    }

    private static List<String> rules(String field) {
        return field.equals("-") ? List.of() : List.of(field.split(","));
    }

    private static String unescaped(String text) {
        return text.replace("\\\\", "\0")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\0", "\\");
    }
}
