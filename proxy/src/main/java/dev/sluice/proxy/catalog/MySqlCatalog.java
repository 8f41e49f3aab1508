package dev.sluice.proxy.catalog;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.MigrationFacts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.ColumnFacts;
import dev.sluice.policies.facts.RelationFacts.ConstraintFacts;
import dev.sluice.policies.facts.RelationFacts.IndexFacts;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One relation of MySQL or MariaDB, put together from {@code information_schema}. Names are passed as hexadecimal
 * literals, which read the same under every {@code sql_mode}.
 */
final class MySqlCatalog<E extends Exception> {

    /** Runs a query and gives its rows as text. */
    interface Asker<E extends Exception> {
        List<List<Optional<String>>> rows(String sql) throws E;
    }

    private final Asker<E> asker;

    MySqlCatalog(Asker<E> asker) {
        this.asker = asker;
    }

    /** A string literal, whatever the session's settings are. */
    static String literal(String text) {
        return SqlText.quoteLiteral(Dialect.MYSQL, text);
    }

    /** A name in backticks. */
    static String quoted(String name) {
        return SqlText.quoteIdentifier(Dialect.MYSQL, name);
    }

    /**
     * @param temporary whether the session's own temporary table hides what has this name
     * @param rowVersions how often the table was changed instantly
     * @param empty whether it has no row, where the estimate says so
     */
    record Known(
            boolean temporary, long rowVersions, boolean empty, boolean manageable, List<MigrationFacts> inFlight) {}

    /** Asked once it is clear which table a name means: names may be written otherwise than they are kept. */
    interface Knowing<E extends Exception> {
        Known of(String schema, String name) throws E, SQLException;
    }

    /** The relation of that name; empty when there is none that the asker may see. */
    Optional<RelationFacts> relation(String schema, String name, Knowing<E> knowing) throws E, SQLException {
        List<List<Optional<String>>> table = asker.rows("SELECT TABLE_NAME, TABLE_TYPE, ENGINE, ROW_FORMAT, TABLE_ROWS,"
                + " COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0), CREATE_OPTIONS, TABLE_COLLATION, TABLE_SCHEMA,"
                + " COALESCE(FLOOR(UNIX_TIMESTAMP(CREATE_TIME)), 0) FROM information_schema.TABLES"
                + where("TABLE_SCHEMA", schema, "TABLE_NAME", name));
        if (table.isEmpty()) {
            return Optional.empty();
        }
        List<Optional<String>> row = table.getFirst();
        String realSchema = text(row, 8);
        String realName = text(row, 0);
        Known known = knowing.of(realSchema, realName);
        List<Trigger> triggers = triggers(realSchema, realName);
        Map<String, String> options = options(row, known, triggers);
        List<IndexFacts> indexes = indexes(realSchema, realName);
        long estimate = Long.parseLong(row.get(4).orElse("0"));
        return Optional.of(new RelationFacts(
                QualifiedName.of(realSchema, realName),
                Long.parseLong(text(row, 9)), // when it was made tells it from another of its name
                kind(text(row, 1), text(row, 6)),
                known.temporary(),
                true,
                known.manageable(),
                known.empty() ? 0 : Math.max(1, estimate),
                Long.parseLong(row.get(5).orElse("0")),
                columns(realSchema, realName),
                0,
                constraints(realSchema, realName),
                indexes,
                triggers.stream().map(Trigger::name).toList(),
                List.of(),
                Optional.empty(),
                "",
                dependents(realSchema, realName),
                Optional.empty(),
                options,
                known.inFlight()));
    }

    private static RelationFacts.Kind kind(String type, String createOptions) {
        if (type.contains("VIEW")) {
            return RelationFacts.Kind.VIEW;
        }
        if (type.equals("SEQUENCE")) {
            return RelationFacts.Kind.SEQUENCE;
        }
        return createOptions.toLowerCase(Locale.ROOT).contains("partitioned")
                ? RelationFacts.Kind.PARTITIONED_TABLE
                : RelationFacts.Kind.TABLE;
    }

    private static Map<String, String> options(List<Optional<String>> row, Known known, List<Trigger> triggers) {
        Map<String, String> options = new HashMap<>();
        options.put("engine", text(row, 2));
        options.put("row_format", text(row, 3));
        options.put("create_options", text(row, 6));
        options.put("collation", text(row, 7));
        options.put("table_type", text(row, 1));
        options.put("total_row_versions", Long.toString(known.rowVersions()));
        options.put(
                "update_triggers",
                triggers.stream().filter(Trigger::onUpdate).map(Trigger::name).collect(Collectors.joining(", ")));
        return options;
    }

    private List<ColumnFacts> columns(String schema, String table) throws E {
        List<ColumnFacts> columns = new ArrayList<>();
        for (List<Optional<String>> row :
                asker.rows("SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA"
                        + " FROM information_schema.COLUMNS"
                        + where("TABLE_SCHEMA", schema, "TABLE_NAME", table) + " ORDER BY ORDINAL_POSITION")) {
            String extra = text(row, 4).toUpperCase(Locale.ROOT);
            boolean generated = extra.contains("GENERATED") && !extra.contains("DEFAULT_GENERATED");
            columns.add(new ColumnFacts(
                    text(row, 0),
                    text(row, 1),
                    text(row, 2).equals("NO"),
                    row.get(3).filter(d -> !d.equals("NULL")),
                    generated || extra.contains("VIRTUAL GENERATED") || extra.contains("STORED GENERATED"),
                    extra.contains("AUTO_INCREMENT")));
        }
        return columns;
    }

    private List<IndexFacts> indexes(String schema, String table) throws E {
        Map<String, List<List<Optional<String>>>> byName = new LinkedHashMap<>();
        for (List<Optional<String>> row : asker.rows("SELECT INDEX_NAME, NON_UNIQUE, COLUMN_NAME, INDEX_TYPE"
                + " FROM information_schema.STATISTICS" + where("TABLE_SCHEMA", schema, "TABLE_NAME", table)
                + " ORDER BY INDEX_NAME = 'PRIMARY' DESC, INDEX_NAME, SEQ_IN_INDEX")) {
            byName.computeIfAbsent(text(row, 0), n -> new ArrayList<>()).add(row);
        }
        List<IndexFacts> indexes = new ArrayList<>();
        byName.forEach((name, rows) -> indexes.add(new IndexFacts(
                name,
                text(rows.getFirst(), 1).equals("0"),
                name.equals("PRIMARY"),
                true,
                false,
                text(rows.getFirst(), 3).toLowerCase(Locale.ROOT),
                rows.stream().map(r -> text(r, 2)).toList(),
                "")));
        return indexes;
    }

    private List<ConstraintFacts> constraints(String schema, String table) throws E {
        Map<String, List<List<Optional<String>>>> byName = new LinkedHashMap<>();
        for (List<Optional<String>> row : asker.rows("SELECT c.CONSTRAINT_NAME, c.CONSTRAINT_TYPE, k.COLUMN_NAME,"
                + " k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME FROM information_schema.TABLE_CONSTRAINTS c"
                + " LEFT JOIN information_schema.KEY_COLUMN_USAGE k ON k.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA"
                + " AND k.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND k.TABLE_SCHEMA = c.TABLE_SCHEMA"
                + " AND k.TABLE_NAME = c.TABLE_NAME" + where("c.TABLE_SCHEMA", schema, "c.TABLE_NAME", table)
                + " ORDER BY c.CONSTRAINT_NAME, k.ORDINAL_POSITION")) {
            byName.computeIfAbsent(text(row, 0), n -> new ArrayList<>()).add(row);
        }
        List<ConstraintFacts> constraints = new ArrayList<>();
        byName.forEach((name, rows) -> constraints.add(constraint(name, rows)));
        return constraints;
    }

    private static ConstraintFacts constraint(String name, List<List<Optional<String>>> rows) {
        List<Optional<String>> first = rows.getFirst();
        char type = switch (text(first, 1)) {
            case "PRIMARY KEY" -> 'p';
            case "UNIQUE" -> 'u';
            case "FOREIGN KEY" -> 'f';
            default -> 'c';
        };
        Optional<QualifiedName> referenced = first.get(4).map(t -> QualifiedName.of(text(first, 3), t));
        List<String> columns =
                rows.stream().map(r -> text(r, 2)).filter(c -> !c.isEmpty()).toList();
        return new ConstraintFacts(name, type, columns, "", true, referenced);
    }

    private record Trigger(String name, boolean onUpdate) {}

    private List<Trigger> triggers(String schema, String table) throws E {
        return asker
                .rows("SELECT TRIGGER_NAME, EVENT_MANIPULATION FROM information_schema.TRIGGERS"
                        + where("EVENT_OBJECT_SCHEMA", schema, "EVENT_OBJECT_TABLE", table))
                .stream()
                .map(row -> new Trigger(text(row, 0), text(row, 1).equals("UPDATE")))
                .toList();
    }

    /** Views of the same database whose text names the table. */
    private List<String> dependents(String schema, String table) throws E {
        String pattern =
                "%" + quoted(table).replace("\\", "\\\\").replace("_", "|_").replace("%", "|%") + "%";
        return asker
                .rows("SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = " + literal(schema)
                        + " AND VIEW_DEFINITION LIKE " + literal(pattern) + " ESCAPE '|'")
                .stream()
                .map(row -> schema + "." + text(row, 0))
                .toList();
    }

    private static String where(String schemaColumn, String schema, String nameColumn, String name) {
        return " WHERE " + schemaColumn + " = " + literal(schema) + " AND " + nameColumn + " = " + literal(name);
    }

    static String text(List<Optional<String>> row, int column) {
        return row.get(column).orElse("");
    }
}
