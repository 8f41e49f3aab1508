package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.ColumnFacts;
import dev.sluice.policies.facts.RelationFacts.ConstraintFacts;
import dev.sluice.policies.facts.RelationFacts.IndexFacts;
import dev.sluice.policies.facts.RelationFacts.Kind;
import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A table as the statements that made it tell: columns, keys, constraints, partitions. */
final class ModelledTable {

    private static final long LARGE_ROWS = 10_000_000;
    private static final long LARGE_BYTES = 4L << 30;

    private final QualifiedName name;
    private Kind kind;
    private final List<ColumnFacts> columns = new ArrayList<>();
    private final List<ConstraintFacts> constraints = new ArrayList<>();
    private final List<IndexFacts> indexes = new ArrayList<>();
    private final List<QualifiedName> children = new ArrayList<>();
    private final Map<String, String> options = new HashMap<>();
    private Optional<QualifiedName> partitionOf = Optional.empty();
    private Optional<QualifiedName> indexOf = Optional.empty();

    private ModelledTable(QualifiedName name, Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    private ModelledTable(QualifiedName name, RelationFacts facts) {
        this(name, facts.kind());
        columns.addAll(facts.columns());
        constraints.addAll(facts.constraints());
        indexes.addAll(facts.indexes());
        children.addAll(facts.children());
        options.putAll(facts.options());
        partitionOf = facts.partitionOf();
        indexOf = facts.indexOf();
    }

    static RelationFacts bare(QualifiedName name, Kind kind) {
        return new ModelledTable(name, kind).facts();
    }

    static void create(SchemaChange.CreateTable create, SchemaModel model) {
        QualifiedName name = model.real(create.table());
        if (create.asSelect() || (create.ifNotExists() && model.known(name).isPresent())) {
            return;
        }
        ModelledTable table = new ModelledTable(name, Kind.TABLE);
        List<Token> tokens = Tokens.of(create.source().text(), model.version().dialect());
        create.partitionOf().flatMap(model::known).ifPresent(parent -> {
            table.inherit(parent, model);
            if (tokens.stream().noneMatch(t -> t.is("values"))) {
                table.options.put("partition_bound", "DEFAULT");
            }
        });
        create.columns().forEach(table::add);
        create.constraints().forEach(table::add);
        table.readOptions(tokens, create.source().text());
        model.put(table.facts());
    }

    private void inherit(RelationFacts parent, SchemaModel model) {
        columns.addAll(parent.columns());
        partitionOf = Optional.of(parent.name());
        ModelledTable changed = new ModelledTable(parent.name(), parent);
        changed.children.add(name);
        model.put(changed.facts());
    }

    static void alter(SchemaChange.AlterTable alter, RelationFacts known, SchemaModel model) {
        ModelledTable table = new ModelledTable(known.name(), known);
        for (AlterAction action : alter.actions()) {
            switch (action) {
                case AlterAction.AddColumn add -> table.add(add.column());
                case AlterAction.DropColumn drop ->
                    table.columns.removeIf(c -> c.name().equals(drop.column()));
                case AlterAction.AddConstraint add -> table.add(add.constraint());
                case AlterAction.AddIndex add -> table.index(add.name().orElse(""), add.kind(), add.keys());
                case AlterAction.DropConstraint drop ->
                    table.constraints.removeIf(c -> c.name().equals(drop.name()));
                case AlterAction.SetNotNull set -> table.change(set.column(), true);
                case AlterAction.DropNotNull drop -> table.change(drop.column(), false);
                case AlterAction.ValidateConstraint validate -> table.validate(validate.name());
                case AlterAction.ModifyColumn modify -> {
                    table.columns.removeIf(c -> c.name().equals(modify.from()));
                    table.add(modify.column());
                }
                case AlterAction.AlterType type ->
                    table.replace(
                            type.column(),
                            c -> column(c, c.name(), type.type().source().text()));
                case AlterAction.RenameColumn to -> table.replace(to.from(), c -> column(c, to.to(), c.type()));
                case AlterAction.TableOption option ->
                    table.options.put(option.name().toLowerCase(Locale.ROOT), option.value());
                case AlterAction.RenameTable to -> {
                    rename(table.facts(), model.real(to.to()), model);
                    return;
                }
                case AlterAction.SetDefault ignored -> {}
                case AlterAction.DropDefault ignored -> {}
                case AlterAction.AlterColumnAttribute ignored -> {}
                case AlterAction.CatalogOnly ignored -> {}
                case AlterAction.Toggle ignored -> {}
                case AlterAction.RowSecurity ignored -> {}
                default -> {
                    // What cannot be followed is better not known than known wrongly.
                    model.remove(known.name());
                    return;
                }
            }
        }
        model.put(table.facts());
    }

    static void rename(RelationFacts table, QualifiedName to, SchemaModel model) {
        model.remove(table.name());
        model.put(new ModelledTable(to, table).facts());
    }

    static void index(SchemaChange.CreateIndex create, RelationFacts known, SchemaModel model) {
        ModelledTable table = new ModelledTable(known.name(), known);
        String name = create.name().map(QualifiedName::name).orElse("");
        table.index(name, create.kind(), create.keys());
        model.put(table.facts());
        if (!name.isEmpty()) {
            ModelledTable index = new ModelledTable(
                    new QualifiedName(known.name().schema(), name),
                    known.kind() == Kind.PARTITIONED_TABLE ? Kind.PARTITIONED_INDEX : Kind.INDEX);
            index.indexOf = Optional.of(known.name());
            model.put(index.facts());
        }
    }

    private void add(ColumnSpec column) {
        boolean primary = column.has(ColumnConstraint.PrimaryKey.class);
        columns.add(new ColumnFacts(
                column.name(),
                column.type().source().text(),
                primary || column.has(ColumnConstraint.NotNull.class),
                column.last(ColumnConstraint.Default.class)
                        .map(d -> d.expression().text()),
                column.has(ColumnConstraint.Generated.class),
                column.has(ColumnConstraint.Identity.class)));
        column.last(ColumnConstraint.Generated.class)
                .filter(g -> g.storage() != ColumnConstraint.Generated.Storage.STORED)
                .ifPresent(g -> options.put("virtual." + column.name(), "true"));
        if (primary) {
            key(name.name() + "_pkey", true, List.of(column.name()));
        }
        if (column.has(ColumnConstraint.Unique.class)) {
            key(name.name() + "_" + column.name() + "_key", false, List.of(column.name()));
        }
        column.all(ColumnConstraint.Check.class)
                .forEach(c -> check(c.name().orElse(""), c.expression().text(), !c.notValid() && c.enforced()));
    }

    private void add(TableConstraint constraint) {
        String given = constraint.name().orElse("");
        switch (constraint) {
            case TableConstraint.PrimaryKey key -> {
                List<String> names = names(key.keys());
                key(given.isEmpty() ? name.name() + "_pkey" : given, true, names);
                names.forEach(c -> change(c, true));
            }
            case TableConstraint.Unique unique -> key(given, false, names(unique.keys()));
            case TableConstraint.Check check ->
                check(given, check.expression().text(), !check.notValid() && check.enforced());
            case TableConstraint.ForeignKey key ->
                constraints.add(new ConstraintFacts(
                        given,
                        'f',
                        key.columns(),
                        key.source().text(),
                        !key.notValid(),
                        Optional.of(key.referenced())));
            case TableConstraint.NotNull notNull -> change(notNull.column(), !notNull.notValid());
            case TableConstraint.Exclude exclude -> {}
        }
    }

    private void check(String given, String expression, boolean validated) {
        constraints.add(new ConstraintFacts(given, 'c', List.of(), expression, validated, Optional.empty()));
    }

    private void key(String given, boolean primary, List<String> keys) {
        constraints.add(new ConstraintFacts(given, primary ? 'p' : 'u', keys, "", true, Optional.empty()));
        indexes.add(new IndexFacts(given, true, primary, true, false, "btree", keys, ""));
    }

    private void index(String given, IndexKind indexKind, List<IndexKey> keys) {
        String method = indexKind == IndexKind.FULLTEXT ? "fulltext" : "btree";
        indexes.add(new IndexFacts(given, indexKind == IndexKind.UNIQUE, false, true, false, method, names(keys), ""));
    }

    private static List<String> names(List<IndexKey> keys) {
        return keys.stream().map(k -> k.column().orElse("")).toList();
    }

    private void change(String column, boolean notNull) {
        replace(
                column,
                c -> new ColumnFacts(c.name(), c.type(), notNull, c.defaultExpression(), c.generated(), c.identity()));
    }

    private void replace(String column, UnaryOperator<ColumnFacts> by) {
        columns.replaceAll(c -> c.name().equals(column) ? by.apply(c) : c);
    }

    private static ColumnFacts column(ColumnFacts column, String called, String type) {
        return new ColumnFacts(
                called, type, column.notNull(), column.defaultExpression(), column.generated(), column.identity());
    }

    private void validate(String constraint) {
        constraints.replaceAll(c -> c.name().equals(constraint)
                ? new ConstraintFacts(c.name(), c.type(), c.columns(), c.definition(), true, c.referenced())
                : c);
    }

    /** What stands behind the columns, as far as rules ask for it. */
    private void readOptions(List<Token> tokens, String text) {
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
            boolean last = i + 2 >= tokens.size();
            if (depth == 1 && token.is("fulltext")) {
                indexes.add(new IndexFacts("", false, false, true, false, "fulltext", List.of(), ""));
            } else if (depth == 0
                    && token.is("partition")
                    && !last
                    && tokens.get(i + 1).is("by")) {
                kind = Kind.PARTITIONED_TABLE;
                options.put("partition_key", text.substring(tokens.get(i + 2).start()));
            } else if (depth == 0 && !last && (token.is("row_format") || token.is("engine"))) {
                Token value = tokens.get(i + 1).is("=") ? tokens.get(i + 2) : tokens.get(i + 1);
                options.put(token.text(), value.text());
            }
        }
    }

    private RelationFacts facts() {
        return new RelationFacts(
                name,
                0,
                kind,
                false,
                true,
                true,
                LARGE_ROWS,
                LARGE_BYTES,
                columns,
                columns.size(),
                constraints,
                indexes,
                List.of(),
                children,
                partitionOf,
                "",
                List.of(),
                indexOf,
                options,
                List.of());
    }
}
