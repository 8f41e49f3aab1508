package dev.sluice.proxy.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One reading of a configuration: the environment, and what was found wrong so far. Not thread-safe. */
final class Reading {

    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$?)\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

    private final String source;
    private final Map<String, String> environment;
    private final Set<String> used = new HashSet<>();
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Map<String, KeyShape> shapes = new TreeMap<>();

    Reading(String source, Map<String, String> environment) {
        this.source = source;
        this.environment = environment;
    }

    List<ConfigProblem> problems() {
        return List.copyOf(problems);
    }

    /** What was asked for so far, by dotted key; places in lists are written {@code []}. */
    Map<String, KeyShape> shapes() {
        return Map.copyOf(shapes);
    }

    /** A key is asked for; the first to ask knows most of what it wants, but for a mapping of names. */
    void asked(String key, KeyShape shape) {
        String place = key.replaceAll("\\[\\d+]", "[]");
        if (shape instanceof KeyShape.Rules || shape instanceof KeyShape.Entries) {
            shapes.put(place, shape);
        } else {
            shapes.putIfAbsent(place, shape);
        }
    }

    void problem(int line, String key, String message) {
        problems.add(new ConfigProblem(source, line, key, message));
    }

    void problemOf(Value value, String message) {
        problems.add(new ConfigProblem(value.source(), value.line(), value.key(), message));
    }

    Value value(int line, String key, String text) {
        return new Value(source, line, key, text);
    }

    /** The environment's value for a key: {@code SLUICE_THROTTLE_BATCH_TIME} for {@code throttle.batch_time}. */
    Optional<Value> fromEnvironment(String key) {
        String name = variable(key);
        String text = environment.get(name);
        if (text == null) {
            return Optional.empty();
        }
        used.add(name);
        return Optional.of(new Value(name, 0, key, text));
    }

    boolean anyInEnvironment(String key) {
        String prefix = variable(key) + "_";
        return environment.keySet().stream().anyMatch(name -> name.startsWith(prefix));
    }

    /** Names of a mapping's entries that only the environment has: what stands between the prefix and one of the keys. */
    Set<String> namesInEnvironment(String key, Set<String> keys) {
        String prefix = variable(key) + "_";
        Set<String> names = new TreeSet<>();
        for (String variable : environment.keySet()) {
            for (String inner : keys) {
                String suffix = "_" + inner.toUpperCase(Locale.ROOT);
                if (variable.startsWith(prefix)
                        && variable.endsWith(suffix)
                        && variable.length() > prefix.length() + suffix.length()) {
                    names.add(variable.substring(prefix.length(), variable.length() - suffix.length())
                            .toLowerCase(Locale.ROOT));
                }
            }
        }
        return names;
    }

    /** What the environment adds to a mapping from words to words; the words' underscores become hyphens. */
    Map<String, Value> wordsInEnvironment(String key) {
        String prefix = variable(key) + "_";
        Map<String, Value> words = new TreeMap<>();
        environment.forEach((name, text) -> {
            if (name.startsWith(prefix)) {
                used.add(name);
                String word =
                        name.substring(prefix.length()).toLowerCase(Locale.ROOT).replace('_', '-');
                words.put(word, new Value(name, 0, key + "." + word, text));
            }
        });
        return words;
    }

    /** Puts the environment's values in place of {@code ${NAME}} and {@code ${NAME:-otherwise}}; a doubled dollar stands for itself. */
    String substitute(int line, String key, String text) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        Matcher m = REFERENCE.matcher(text);
        StringBuilder out = new StringBuilder();
        while (m.find()) {
            m.appendReplacement(out, Matcher.quoteReplacement(replacement(line, key, m)));
        }
        return m.appendTail(out).toString();
    }

    private String replacement(int line, String key, Matcher m) {
        if (!m.group(1).isEmpty()) {
            return m.group().substring(1);
        }
        String name = m.group(2);
        String value = environment.get(name);
        used.add(name);
        if (value != null) {
            return value;
        }
        if (m.group(3) != null) {
            return m.group(3);
        }
        problem(line, key, "the environment variable " + name + " is not set");
        return "";
    }

    /** A variable that looks like one of a section's but was asked for by nobody is a mistake. */
    void refuseUnusedVariables(Set<String> sections) {
        for (String name : new TreeSet<>(environment.keySet())) {
            boolean ofSection = sections.stream().anyMatch(s -> name.startsWith(variable(s) + "_"));
            if (ofSection && !used.contains(name)) {
                problems.add(new ConfigProblem(name, 0, "", "is no configuration variable: no key is called so"));
            }
        }
    }

    static String variable(String key) {
        return "SLUICE_"
                + key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_").replaceAll("_$", "");
    }

    /** A text that {@link #substitute} turns back into the one given. */
    static String literal(String text) {
        return REFERENCE.matcher(text).replaceAll(m -> Matcher.quoteReplacement("$" + m.group()));
    }

    /** A value and where it came from. */
    record Value(String source, int line, String key, String text) {}
}
