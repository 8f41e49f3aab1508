package dev.sluice.proxy.catalog;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.MigrationFacts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.ColumnFacts;
import dev.sluice.policies.facts.RelationFacts.ConstraintFacts;
import dev.sluice.policies.facts.RelationFacts.IndexFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** Turns one relation of {@link PostgresCatalogQuery}'s document into facts. */
final class PostgresCatalogJson {

    private PostgresCatalogJson() {}

    /** @param asked the name as the request had it */
    record Found(QualifiedName asked, RelationFacts facts) {}

    static Found relation(
            JsonNode json, long blockSize, Map<QualifiedName, List<MigrationFacts>> inFlight, boolean manageable) {
        QualifiedName name = QualifiedName.of(text(json, "schema"), text(json, "name"));
        long rows = number(json, "rows");
        long pages = number(json, "pages");
        RelationFacts facts = new RelationFacts(
                name,
                number(json, "oid"),
                kind(text(json, "kind")),
                json.path("temporary").asBoolean(),
                json.path("owned").asBoolean(),
                manageable,
                rows,
                pages == 0 && rows > 0 ? -1 : pages * blockSize,
                list(json, "columns", PostgresCatalogJson::column),
                json.path("slots").asInt(),
                list(json, "constraints", PostgresCatalogJson::constraint),
                list(json, "indexes", PostgresCatalogJson::index),
                list(json, "triggers", JsonNode::asString),
                list(json, "children", PostgresCatalogJson::pair),
                optional(json, "partitionOf").map(PostgresCatalogJson::pair),
                text(json, "owner"),
                list(json, "dependents", JsonNode::asString),
                optional(json, "indexOf").map(PostgresCatalogJson::pair),
                options(json),
                inFlight.getOrDefault(name, List.of()));
        QualifiedName asked =
                new QualifiedName(optional(json, "askedSchema").map(JsonNode::asString), text(json, "askedName"));
        return new Found(asked, facts);
    }

    private static ColumnFacts column(JsonNode json) {
        return new ColumnFacts(
                text(json, "name"),
                text(json, "type"),
                json.path("notNull").asBoolean(),
                optional(json, "default").map(JsonNode::asString),
                !text(json, "generated").isEmpty(),
                !text(json, "identity").isEmpty());
    }

    private static ConstraintFacts constraint(JsonNode json) {
        return new ConstraintFacts(
                text(json, "name"),
                text(json, "type").charAt(0),
                list(json, "columns", JsonNode::asString),
                text(json, "definition"),
                json.path("validated").asBoolean(),
                optional(json, "parent")
                        .map(parent -> QualifiedName.of(text(json, "parentSchema"), parent.asString())));
    }

    private static IndexFacts index(JsonNode json) {
        return new IndexFacts(
                text(json, "name"),
                json.path("unique").asBoolean(),
                json.path("primary").asBoolean(),
                json.path("valid").asBoolean(),
                json.path("partial").asBoolean(),
                text(json, "method"),
                list(json, "columns", JsonNode::asString),
                text(json, "definition"));
    }

    private static RelationFacts.Kind kind(String letter) {
        return switch (letter) {
            case "r" -> RelationFacts.Kind.TABLE;
            case "p" -> RelationFacts.Kind.PARTITIONED_TABLE;
            case "f" -> RelationFacts.Kind.FOREIGN_TABLE;
            case "v" -> RelationFacts.Kind.VIEW;
            case "m" -> RelationFacts.Kind.MATERIALIZED_VIEW;
            case "i" -> RelationFacts.Kind.INDEX;
            case "I" -> RelationFacts.Kind.PARTITIONED_INDEX;
            case "S" -> RelationFacts.Kind.SEQUENCE;
            default -> RelationFacts.Kind.OTHER;
        };
    }

    private static Map<String, String> options(JsonNode json) {
        Map<String, String> options = new HashMap<>();
        for (String option : list(json, "options", JsonNode::asString)) {
            int equals = option.indexOf('=');
            if (equals > 0) {
                options.put(option.substring(0, equals).toLowerCase(Locale.ROOT), option.substring(equals + 1));
            }
        }
        options.put("persistence", text(json, "persistence"));
        options.put("populated", text(json, "populated"));
        List<String> always = list(json, "replicaTriggers", JsonNode::asString);
        if (!always.isEmpty()) {
            options.put("replica_triggers", String.join(", ", always));
        }
        if (json.path("rowsGuessed").asBoolean()) {
            options.put("rows_guessed", "true");
        }
        for (JsonNode column : json.path("columns")) {
            if (text(column, "generated").equals("v")) {
                options.put("virtual." + text(column, "name"), "true");
            }
        }
        optional(json, "partitionKey").ifPresent(key -> options.put("partition_key", key.asString()));
        optional(json, "partitionBound").ifPresent(bound -> options.put("partition_bound", bound.asString()));
        return options;
    }

    private static QualifiedName pair(JsonNode json) {
        return QualifiedName.of(json.path(0).asString(), json.path(1).asString());
    }

    private static <T> List<T> list(JsonNode json, String key, Function<JsonNode, T> element) {
        List<T> list = new ArrayList<>();
        json.path(key).forEach(node -> list.add(element.apply(node)));
        return list;
    }

    private static Optional<JsonNode> optional(JsonNode json, String key) {
        JsonNode node = json.path(key);
        return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    static String text(JsonNode json, String key) {
        return optional(json, key).map(JsonNode::asString).orElse("");
    }

    private static long number(JsonNode json, String key) {
        return optional(json, key).map(node -> Long.parseLong(node.asString())).orElse(0L);
    }
}
