package dev.sluice.proxy.config;

import dev.sluice.proxy.config.ConfigNode.Entry;
import dev.sluice.proxy.config.ConfigNode.Mapping;
import dev.sluice.proxy.config.ConfigNode.Scalar;
import dev.sluice.proxy.config.ConfigNode.Sequence;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files that have just enough in them for their reader to come to every key. */
final class ConfigSample {

    private ConfigSample() {}

    static Mapping of(String key, ConfigNode value) {
        return new Mapping(Map.of(key, new Entry(value, 0)), 0);
    }

    static Mapping of(String key, String value) {
        return of(key, new Scalar(value, 0));
    }

    static Mapping of(String key, ConfigNode value, String other, ConfigNode otherValue) {
        return of(Map.of(key, value, other, otherValue));
    }

    static Mapping of(Map<String, ConfigNode> values) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        values.forEach((key, value) -> entries.put(key, new Entry(value, 0)));
        return new Mapping(entries, 0);
    }

    /** A list of one. */
    static Sequence list(ConfigNode item) {
        return new Sequence(List.of(item), 0);
    }

    /** A list of one empty mapping. */
    static Sequence list() {
        return list(new Mapping(Map.of(), 0));
    }
}
