package dev.sluice.proxy.config;

import dev.sluice.proxy.config.ConfigNode.Entry;
import dev.sluice.proxy.config.ConfigNode.Mapping;
import dev.sluice.proxy.config.ConfigNode.Scalar;
import dev.sluice.proxy.config.ConfigNode.Sequence;
import dev.sluice.proxy.config.Reading.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A mapping of the configuration, read key by key. Each read takes the environment's value before the file's; what is
 * wrong is noted and the default returned, so that everything wrong is told at once. {@link #end} refuses the keys that
 * nobody asked for.
 */
final class Section {

    private final Reading reading;
    private final String path;
    private final Map<String, Entry> entries;
    private final int line;
    private final TreeSet<String> known = new TreeSet<>();

    Section(Reading reading, String path, Map<String, Entry> entries, int line) {
        this.reading = reading;
        this.path = path;
        this.entries = entries;
        this.line = line;
    }

    String path() {
        return path;
    }

    int line() {
        return line;
    }

    /** Where a key stands, or the section where it is missing. */
    int lineOf(String key) {
        Entry entry = entries.get(key);
        return entry == null ? line : entry.line();
    }

    boolean isEmpty() {
        return entries.isEmpty() && !reading.anyInEnvironment(path);
    }

    void problem(String key, String message) {
        reading.problem(lineOf(key), under(key), message);
    }

    Optional<String> text(String key) {
        return value(key).map(Value::text);
    }

    String text(String key, String otherwise) {
        return text(key).orElse(otherwise);
    }

    Duration duration(String key, Duration otherwise) {
        asked(key, new KeyShape.Duration());
        return parsed(key, Units::duration, "a duration such as 50ms, 2s or 5min")
                .orElse(otherwise);
    }

    /** A duration that is longer than nothing. */
    Duration positiveDuration(String key, Duration otherwise) {
        asked(key, new KeyShape.Duration());
        Function<String, Optional<Duration>> parse =
                text -> Units.duration(text).filter(d -> !d.isZero());
        return parsed(key, parse, "a duration above zero, such as 50ms, 2s or 5min")
                .orElse(otherwise);
    }

    long bytes(String key, long otherwise, long least, long most) {
        asked(key, new KeyShape.Bytes());
        String expected = "a size from " + least + " to " + most + " bytes, such as 16MiB";
        Function<String, Optional<Long>> parse = text -> Units.bytes(text).filter(n -> n >= least && n <= most);
        return parsed(key, parse, expected).orElse(otherwise);
    }

    int integer(String key, int otherwise, int least, int most) {
        asked(key, new KeyShape.Whole(least, most));
        String expected = "a whole number from " + least + " to " + most;
        return parsed(key, text -> integer(text).filter(n -> n >= least && n <= most), expected)
                .orElse(otherwise);
    }

    double number(String key, double otherwise, double least, double most) {
        asked(key, new KeyShape.Fraction(least, most));
        String expected = "a number from " + least + " to " + most;
        return parsed(key, text -> number(text).filter(n -> n >= least && n <= most), expected)
                .orElse(otherwise);
    }

    boolean flag(String key, boolean otherwise) {
        return word(key, Map.of("true", true, "false", false), otherwise);
    }

    Optional<Address> address(String key) {
        return parsed(key, Address::parse, "host:port, such as 0.0.0.0:6432 or [::1]:6432");
    }

    <T> T word(String key, Map<String, T> words, T otherwise) {
        asked(key, new KeyShape.Choice(words.keySet()));
        String expected = "one of " + String.join(", ", new TreeSet<>(words.keySet()));
        return parsed(key, text -> Optional.ofNullable(words.get(text)), expected)
                .orElse(otherwise);
    }

    <T> Optional<T> parsed(String key, Function<String, Optional<T>> parse, String expected) {
        asked(key, new KeyShape.Scalar(expected));
        Optional<Value> value = value(key);
        Optional<T> result = value.flatMap(v -> parse.apply(v.text().strip()));
        if (value.isPresent() && result.isEmpty()) {
            reading.problemOf(
                    value.get(),
                    "expected " + expected + ", found \"" + value.get().text() + "\"");
        }
        return result;
    }

    /** A list of words; one word stands for a list of one. In the environment: with commas between them. */
    List<String> texts(String key) {
        asked(key, new KeyShape.Words());
        Optional<Value> given = reading.fromEnvironment(under(key));
        if (given.isPresent()) {
            return split(given.get().text());
        }
        Entry entry = entries.get(key);
        if (entry == null) {
            return List.of();
        }
        return switch (entry.value()) {
            case Scalar s -> split(substituted(key, s));
            case Sequence s -> s.items().stream().map(i -> item(key, i)).toList();
            case Mapping m -> {
                problem(key, "expected a list of words, found a mapping");
                yield List.of();
            }
        };
    }

    Section section(String key) {
        asked(key, new KeyShape.Part());
        Entry entry = entries.get(key);
        if (entry == null) {
            return new Section(reading, under(key), Map.of(), line);
        }
        return asSection(under(key), entry.value());
    }

    List<Section> sections(String key) {
        asked(key, new KeyShape.Parts());
        List<Section> sections = new ArrayList<>();
        Entry entry = entries.get(key);
        if (entry != null) {
            if (entry.value() instanceof Sequence list) {
                for (ConfigNode item : list.items()) {
                    sections.add(asSection(under(key) + "[" + sections.size() + "]", item));
                }
            } else {
                problem(key, "expected a list, found " + entry.value().kind());
            }
        }
        while (reading.anyInEnvironment(under(key) + "[" + sections.size() + "]")) {
            sections.add(new Section(reading, under(key) + "[" + sections.size() + "]", Map.of(), 0));
        }
        return sections;
    }

    /**
     * Sections by name.
     *
     * @param keys what a section of it may hold, to recognise those that the environment adds
     */
    Map<String, Section> namedSections(String key, Set<String> keys) {
        asked(key, new KeyShape.Named());
        Map<String, Section> sections = new LinkedHashMap<>();
        Entry entry = entries.get(key);
        if (entry != null && entry.value() instanceof Mapping mapping) {
            mapping.entries().forEach((name, e) -> sections.put(name, asSection(under(key) + "." + name, e.value())));
        } else if (entry != null) {
            problem(
                    key,
                    "expected names with a mapping each, found " + entry.value().kind());
        }
        for (String name : reading.namesInEnvironment(under(key), keys)) {
            boolean there =
                    sections.keySet().stream().anyMatch(n -> Reading.variable(n).equals(Reading.variable(name)));
            if (!there) {
                sections.put(name, new Section(reading, under(key) + "." + name, Map.of(), 0));
            }
        }
        return sections;
    }

    /** Every entry, a name that the file gives and a value. */
    List<Value> entries() {
        reading.asked(path, new KeyShape.Entries());
        return values();
    }

    /** Every entry, a rule's id, as a single value, in the file's order. */
    List<Value> rules(Set<String> actions) {
        reading.asked(path, new KeyShape.Rules(actions));
        return values();
    }

    private List<Value> values() {
        List<Value> values = new ArrayList<>();
        entries.keySet().forEach(key -> value(key).ifPresent(values::add));
        return values;
    }

    /** Where a key stands: {@code policies.rules (sluice.yaml:14)}. */
    String place(Value value) {
        return value.key() + " (" + value.source() + (value.line() > 0 ? ":" + value.line() : "") + ")";
    }

    /** The node of the policy, which is read by itself. */
    Optional<ConfigNode> policy(String key) {
        asked(key, new KeyShape.Policy());
        return node(key);
    }

    /** The node of a mapping in whose place {@code on} or {@code off} may stand. */
    Optional<ConfigNode> switched(String key) {
        asked(key, new KeyShape.Switched());
        return node(key);
    }

    /** The node itself, for those who must know what it is before they read it. */
    Optional<ConfigNode> node(String key) {
        known.add(key);
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    Optional<String> fromEnvironment(String key) {
        return reading.fromEnvironment(under(key)).map(Value::text);
    }

    Map<String, Value> wordsInEnvironment(String key) {
        return reading.wordsInEnvironment(under(key));
    }

    void end() {
        entries.forEach((key, entry) -> {
            if (!known.contains(key)) {
                reading.problem(entry.line(), under(key), "unknown key; " + Suggestion.among(key, known));
            }
        });
    }

    private Section asSection(String at, ConfigNode node) {
        return switch (node) {
            case Mapping m -> new Section(reading, at, m.entries(), m.line());
            case Scalar s -> s.text().isEmpty() ? new Section(reading, at, Map.of(), s.line()) : mismatch(at, s);
            case Sequence s -> mismatch(at, s);
        };
    }

    private Section mismatch(String at, ConfigNode node) {
        reading.problem(node.line(), at, "expected a mapping, found " + node.kind());
        return new Section(reading, at, Map.of(), node.line());
    }

    private Optional<Value> value(String key) {
        asked(key, new KeyShape.Scalar(""));
        Optional<Value> given = reading.fromEnvironment(under(key));
        if (given.isPresent()) {
            return given;
        }
        Entry entry = entries.get(key);
        if (entry == null
                || (entry.value() instanceof Scalar empty && empty.text().isEmpty())) {
            return Optional.empty();
        }
        if (entry.value() instanceof Scalar s) {
            return Optional.of(reading.value(s.line(), under(key), substituted(key, s)));
        }
        problem(key, "expected a single value, found " + entry.value().kind());
        return Optional.empty();
    }

    private String item(String key, ConfigNode item) {
        if (item instanceof Scalar s) {
            return substituted(key, s);
        }
        reading.problem(item.line(), under(key), "expected a word, found " + item.kind());
        return "";
    }

    private String substituted(String key, Scalar s) {
        return reading.substitute(s.line(), under(key), s.text());
    }

    private void asked(String key, KeyShape shape) {
        known.add(key);
        reading.asked(under(key), shape);
    }

    private String under(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
    }

    private static Optional<Integer> integer(String text) {
        return text.matches("-?\\d{1,9}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }

    private static Optional<Double> number(String text) {
        return text.matches("-?\\d{1,12}(\\.\\d{1,9})?") ? Optional.of(Double.parseDouble(text)) : Optional.empty();
    }
}
