package dev.sluice.proxy.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON Schemas (draft 7) of the configuration and of a policy file, for editors. They are made of what the readers
 * themselves ask for, so they know no key that is not read and miss none. Immutable.
 */
public final class ConfigSchema {

    /** An environment variable may stand anywhere. */
    private static final Map<String, Object> VARIABLE = Map.of("type", "string", "pattern", "\\$\\{");

    private final Map<String, String> rules;

    /** @param rules what each rule catches, by its id, as editors show it */
    public ConfigSchema(Map<String, String> rules) {
        this.rules = new TreeMap<>(rules);
    }

    /** Of {@code sluice.yaml}. */
    public String configuration() {
        return document("Sluice's configuration", part("", ConfigurationReader.shapes()));
    }

    /** Of a policy in a file of its own. */
    public String policy() {
        return document("A policy of Sluice", policyPart());
    }

    private static String document(String title, Map<String, Object> schema) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("$schema", "http://json-schema.org/draft-07/schema#");
        document.put("title", title);
        document.putAll(schema);
        return JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(document);
    }

    private Map<String, Object> policyPart() {
        return part("policies", PolicyReader.shapes());
    }

    /** The mapping whose keys begin with a path. */
    private Map<String, Object> part(String path, Map<String, KeyShape> shapes) {
        String prefix = path.isEmpty() ? "" : path + ".";
        Map<String, Object> properties = new LinkedHashMap<>();
        new TreeMap<>(shapes).forEach((key, shape) -> {
            String name = key.startsWith(prefix) ? key.substring(prefix.length()) : "";
            if (!name.isEmpty() && name.indexOf('.') < 0) {
                properties.put(name, schema(key, shape, shapes));
            }
        });
        return mapping(properties);
    }

    private static Map<String, Object> mapping(Map<String, Object> properties) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", List.of("object", "null"));
        schema.put("additionalProperties", false);
        schema.put("properties", properties);
        return schema;
    }

    private Map<String, Object> schema(String key, KeyShape shape, Map<String, KeyShape> shapes) {
        return switch (shape) {
            case KeyShape.Scalar scalar -> described(scalar.expected(), scalar("string", "number", "boolean"));
            case KeyShape.Whole whole ->
                orVariable(Map.of("type", "integer", "minimum", whole.least(), "maximum", whole.most()));
            case KeyShape.Fraction fraction ->
                orVariable(Map.of("type", "number", "minimum", fraction.least(), "maximum", fraction.most()));
            case KeyShape.Duration duration ->
                described(
                        "a duration such as 50ms, 2s or 5min",
                        orVariable(amount("([uUmM]?[sS]|[sS][eE][cC]|[mM]([iI][nN])?|[hH]|[dD])")));
            case KeyShape.Bytes bytes ->
                described("a size such as 65536 or 16MiB", orVariable(amount("([kKmMgG][iI]?)?[bB]?")));
            case KeyShape.Choice choice -> orVariable(choice(choice));
            case KeyShape.Words words ->
                Map.of(
                        "anyOf",
                        List.of(
                                scalar("string", "number"),
                                Map.of("type", "array", "items", scalar("string", "number"))));
            case KeyShape.Part part -> part(key, shapes);
            case KeyShape.Switched switched ->
                Map.of("anyOf", List.of(Map.of("enum", List.of("on", "off", true, false)), part(key, shapes)));
            case KeyShape.Parts parts -> Map.of("type", "array", "items", part(key + "[]", shapes));
            case KeyShape.Named named -> Map.of("type", "object", "additionalProperties", part(key + ".*", shapes));
            case KeyShape.Entries entries ->
                Map.of("type", "object", "additionalProperties", scalar("string", "number"));
            case KeyShape.Rules actions -> rules(actions);
            case KeyShape.Policy policy -> Map.of("anyOf", List.of(scalar("string"), policyPart()));
        };
    }

    private Map<String, Object> rules(KeyShape.Rules shape) {
        Map<String, Object> properties = new LinkedHashMap<>();
        rules.forEach((id, catches) -> properties.put(id, described(catches, action(shape.actions()))));
        return mapping(properties);
    }

    /** An action; {@code approve} may say whether the client waits. */
    private static Map<String, Object> action(Set<String> words) {
        return Map.of(
                "anyOf",
                List.of(
                        Map.of("enum", List.copyOf(new TreeSet<>(words))),
                        Map.of("type", "string", "pattern", "^\\s*approve\\s+(error|wait(\\s+\\S.*)?)\\s*$")));
    }

    private static Map<String, Object> choice(KeyShape.Choice choice) {
        List<Object> words = new ArrayList<>();
        for (String word : new TreeSet<>(choice.words())) {
            words.add(word);
            if (word.equals("true") || word.equals("false")) {
                words.add(Boolean.valueOf(word));
            }
        }
        return Map.of("enum", words);
    }

    /** A number with a unit; a bare number is read as one without. */
    private static Map<String, Object> amount(String unit) {
        return Map.of(
                "anyOf",
                List.of(
                        Map.of("type", "integer", "minimum", 0),
                        Map.of("type", "string", "pattern", "^\\s*(0|\\d{1,12}(\\.\\d{1,6})?\\s*" + unit + ")\\s*$")));
    }

    private static Map<String, Object> scalar(String... types) {
        return Map.of("type", List.of(types));
    }

    private static Map<String, Object> orVariable(Map<String, Object> schema) {
        return Map.of("anyOf", List.of(schema, VARIABLE));
    }

    private static Map<String, Object> described(String text, Map<String, Object> schema) {
        if (text.isEmpty()) {
            return schema;
        }
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("description", text);
        described.putAll(schema);
        return described;
    }
}
