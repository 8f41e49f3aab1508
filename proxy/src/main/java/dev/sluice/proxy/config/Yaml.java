package dev.sluice.proxy.config;

import dev.sluice.proxy.config.ConfigNode.Entry;
import dev.sluice.proxy.config.ConfigNode.Mapping;
import dev.sluice.proxy.config.ConfigNode.Scalar;
import dev.sluice.proxy.config.ConfigNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads YAML into {@link ConfigNode}s that know their lines. Limits: 1 MiB of text, 32 levels, one document, no aliases
 * (which would let a small file grow without bound).
 */
public final class Yaml {

    static final int MAX_CHARS = 1 << 20;
    static final int MAX_DEPTH = 32;

    private final String source;
    private final JsonParser parser;

    private Yaml(String source, JsonParser parser) {
        this.source = source;
        this.parser = parser;
    }

    /**
     * @param source a name for messages
     * @return an empty mapping for an empty text
     */
    public static ConfigNode read(String source, String text) throws ConfigException {
        if (text.length() > MAX_CHARS) {
            throw problem(source, 0, "expected at most " + MAX_CHARS + " characters, found " + text.length());
        }
        StreamReadConstraints limits = StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxDocumentLength(MAX_CHARS)
                .build();
        YAMLFactory factory =
                YAMLFactory.builder().streamReadConstraints(limits).build();
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), text)) {
            return new Yaml(source, parser).document();
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw problem(source, line, "not valid YAML: " + firstLine(e.getOriginalMessage()));
        }
    }

    private ConfigNode document() throws ConfigException {
        JsonToken first = parser.nextToken();
        if (first == null || first == JsonToken.VALUE_NULL) {
            return new Mapping(Map.of(), 1);
        }
        ConfigNode node = node(first);
        if (parser.nextToken() != null) {
            throw problem(source, line(), "expected one YAML document, found another");
        }
        return node;
    }

    private ConfigNode node(JsonToken token) throws ConfigException {
        int line = line();
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw problem(source, line, "YAML aliases (*name) are not supported: write the value out");
        }
        return switch (token) {
            case START_OBJECT -> mapping(line);
            case START_ARRAY -> sequence(line);
            case VALUE_NULL -> new Scalar("", line);
            default -> new Scalar(parser.getString(), line);
        };
    }

    private Mapping mapping(int line) throws ConfigException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            int keyLine = line();
            ConfigNode value = node(parser.nextToken());
            if (entries.put(key, new Entry(value, keyLine)) != null) {
                throw problem(source, keyLine, "the key \"" + key + "\" stands here twice");
            }
        }
        return new Mapping(entries, line);
    }

    private Sequence sequence(int line) throws ConfigException {
        List<ConfigNode> items = new ArrayList<>();
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            items.add(node(t));
        }
        return new Sequence(items, line);
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    private static ConfigException problem(String source, int line, String message) {
        return new ConfigException(List.of(new ConfigProblem(source, line, "", message)));
    }
}
