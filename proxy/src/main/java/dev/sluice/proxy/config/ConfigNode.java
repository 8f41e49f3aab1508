package dev.sluice.proxy.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A piece of a configuration file, with the line where it stands. Immutable. */
public sealed interface ConfigNode {

    /** Counted from 1; 0 when it comes from the environment or the command line. */
    int line();

    /** @param text without quotes, before substitution; {@code null} and an empty value are the empty text */
    record Scalar(String text, int line) implements ConfigNode {}

    record Sequence(List<ConfigNode> items, int line) implements ConfigNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** Entries in the file's order. */
    record Mapping(Map<String, Entry> entries, int line) implements ConfigNode {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }
    }

    /** @param line the key's */
    record Entry(ConfigNode value, int line) {}

    /** A word for what this is, for messages. */
    default String kind() {
        return switch (this) {
            case Scalar s -> "the value \"" + s.text() + "\"";
            case Sequence s -> "a list";
            case Mapping m -> "a mapping";
        };
    }
}
