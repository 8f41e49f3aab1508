package dev.sluice.policies.rule;

import static dev.sluice.policies.policy.Action.APPROVE;
import static dev.sluice.policies.rule.Rule.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What takes something away, or its name. */
final class RemovalRules {

    private static final Set<String> RELATIONS =
            Set.of("VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "TABLE", "SEQUENCE");

    private static final Set<String> NO_COLUMN = Set.of("constraint", "not", "default", "expression", "identity");

    private RemovalRules() {}

    static List<Rule> all() {
        return List.of(
                rule("drop-column", "a column that goes with its values")
                        .both(APPROVE, RemovalRules::dropColumn)
                        .harm("the values are gone, and code that still names the column breaks")
                        .safeWay("stop using the column first; then have it approved")
                        .example("ALTER TABLE orders DROP COLUMN nickname"),
                removal(
                        "drop-table",
                        "a table that goes with its rows",
                        "DROP TABLE old_orders",
                        RemovalRules::dropsTable),
                removal("drop-schema", "a schema that goes", "DROP SCHEMA app", RemovalRules::dropsSchema),
                removal(
                        "drop-object",
                        "a view, sequence, function, type … that goes",
                        "DROP VIEW active_orders",
                        s -> s.change() instanceof SchemaChange.DropObject && !dropsSchema(s)),
                removal("truncate", "TRUNCATE", "TRUNCATE orders", s -> s.change() instanceof SchemaChange.Truncate),
                // MySQL reads CASCADE and ignores it.
                rule("drop-cascade", "CASCADE")
                        .postgres(APPROVE, RemovalRules::cascade)
                        .harm("everything that depends on it goes too, whatever it is")
                        .safeWay("drop what depends on it by name first")
                        .example("DROP SCHEMA app CASCADE"),
                rule("rename-column", "another name for a column")
                        .both(APPROVE, RemovalRules::renameColumn)
                        .harm("code that knows the old name breaks at that moment")
                        .safeWay("expand and contract: add the new column, write both, move readers, drop the old one")
                        .example("ALTER TABLE orders RENAME COLUMN note TO remark"),
                rule("rename-table", "another name or schema for a table or view")
                        .both(APPROVE, RemovalRules::renameTable)
                        .harm("code that knows the old name breaks at that moment")
                        .safeWay(
                                "rename and leave a view of the old name in the same transaction, or move readers first")
                        .mysqlSafeWay("move readers to a view of the new name first; then have it approved")
                        .example("ALTER TABLE orders RENAME TO purchases"),
                rule("rename-schema", "another name for a schema")
                        .postgres(APPROVE, RemovalRules::renameSchema)
                        .harm("code and search paths that know the old name break at that moment")
                        .safeWay("have it approved")
                        .example("ALTER SCHEMA app RENAME TO application"),
                rule("rename-enum-value", "another name for a value of an enum")
                        .postgres(APPROVE, RemovalRules::renameEnumValue)
                        .harm("code that knows the old value breaks at that moment")
                        .safeWay("add the new value, move code and rows over")
                        .example("ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'"));
    }

    private static Rule removal(String id, String catches, String example, java.util.function.Predicate<Subject> what) {
        return rule(id, catches)
                .both(APPROVE, s -> what.test(s) ? List.of(Hit.at(s.change().source())) : List.of())
                .harm("what goes cannot be brought back, and code that still uses it breaks")
                .safeWay("make sure that nobody uses it; then have it approved")
                .example(example);
    }

    private static List<Hit> dropColumn(Subject subject) {
        String uses = subject.table()
                .map(RelationFacts::dependents)
                .filter(d -> !d.isEmpty())
                .map(d -> "the values are gone; named by " + String.join(", ", d))
                .orElse("");
        Stream<Hit> columns = subject.actions(AlterAction.DropColumn.class).stream()
                .filter(a -> !(a.ifExists()
                        && subject.table().isPresent()
                        && subject.column(a.column()).isEmpty()))
                .map(a -> uses.isEmpty() ? Hit.at(a.source()) : Hit.at(a.source(), uses));
        Stream<Hit> others =
                hasColumns(subject.change()) ? drops(subject.change().source()) : Stream.empty();
        return Stream.concat(columns, others).toList();
    }

    private static boolean hasColumns(SchemaChange change) {
        return change instanceof SchemaChange.AlterType
                || (change instanceof SchemaChange.AlterObject alter
                        && alter.objectType().equals("FOREIGN TABLE"));
    }

    /** The columns of a foreign table, or the attributes of a type, that go. */
    private static Stream<Hit> drops(SourceText source) {
        List<Tokens.Token> tokens = Tokens.of(source.text(), Dialect.POSTGRES);
        int depth = 0;
        for (int i = 0; i + 1 < tokens.size(); i++) {
            depth += tokens.get(i).is("(") ? 1 : tokens.get(i).is(")") ? -1 : 0;
            Tokens.Token next = tokens.get(i + 1);
            if (depth == 0 && tokens.get(i).is("drop") && next.isName() && !NO_COLUMN.contains(next.text())) {
                return Stream.of(Hit.at(source));
            }
        }
        return Stream.empty();
    }

    private static boolean dropsTable(Subject subject) {
        return switch (subject.change()) {
            case SchemaChange.DropTable drop -> !drop.temporary();
            // MariaDB's CREATE OR REPLACE drops what is there first.
            case SchemaChange.CreateTable create ->
                create.orReplace()
                        && !create.temporary()
                        && (subject.facts().assumed()
                                || subject.facts().relation(create.table()).isPresent());
            default -> false;
        };
    }

    private static boolean dropsSchema(Subject subject) {
        return subject.change() instanceof SchemaChange.DropSchema
                || (subject.version().dialect().isMySqlFamily()
                        && subject.change() instanceof SchemaChange.DropObject drop
                        && (drop.objectType().equals("DATABASE")
                                || drop.objectType().equals("SCHEMA")));
    }

    private static List<Hit> cascade(Subject subject) {
        boolean cascades = switch (subject.change()) {
            case SchemaChange.DropTable drop -> drop.cascade();
            case SchemaChange.DropSchema drop -> drop.cascade();
            case SchemaChange.DropObject drop -> drop.cascade();
            case SchemaChange.DropIndex drop -> drop.cascade();
            case SchemaChange.AlterObject alter ->
                alter.objectType().equals("FOREIGN TABLE")
                        && Tokens.of(alter.source().text(), Dialect.POSTGRES).stream()
                                .anyMatch(token -> token.is("cascade"));
            case SchemaChange.Truncate truncate -> truncate.cascade();
            default ->
                subject.actions(AlterAction.DropColumn.class).stream().anyMatch(AlterAction.DropColumn::cascade)
                        || subject.actions(AlterAction.DropConstraint.class).stream()
                                .anyMatch(AlterAction.DropConstraint::cascade);
        };
        return cascades ? List.of(Hit.at(subject.change().source())) : List.of();
    }

    private static List<Hit> renameColumn(Subject subject) {
        Stream<Hit> renamed =
                subject.actions(AlterAction.RenameColumn.class).stream().map(a -> Hit.at(a.source()));
        Stream<Hit> changed = subject.actions(AlterAction.ModifyColumn.class).stream()
                .filter(a -> !a.from().equalsIgnoreCase(a.column().name()))
                .map(a -> Hit.at(a.source()));
        Stream<Hit> objects = subject.change() instanceof SchemaChange.AlterObject alter
                        && RELATIONS.contains(alter.objectType())
                        && alter.what().startsWith("RENAME COLUMN")
                ? Stream.of(Hit.at(alter.source()))
                : Stream.empty();
        Stream<Hit> attributes = subject.change() instanceof SchemaChange.AlterType alter
                        && alter.what().startsWith("RENAME ATTRIBUTE")
                ? Stream.of(Hit.at(alter.source()))
                : Stream.empty();
        return Stream.of(renamed, changed, objects, attributes).flatMap(s -> s).toList();
    }

    private static List<Hit> renameTable(Subject subject) {
        boolean postgresIndex = subject.table()
                .filter(t -> t.kind() == RelationFacts.Kind.INDEX || t.kind() == RelationFacts.Kind.PARTITIONED_INDEX)
                .isPresent();
        Stream<Hit> renamed = postgresIndex
                ? Stream.empty()
                : subject.actions(AlterAction.RenameTable.class).stream()
                        .filter(a -> !sameName(subject, a.to()))
                        .map(a -> Hit.at(a.source()));
        Stream<Hit> moved =
                subject.actions(AlterAction.SetSchema.class).stream().map(a -> Hit.at(a.source()));
        Stream<Hit> tables = subject.change() instanceof SchemaChange.RenameTables rename
                ? Stream.of(Hit.at(rename.source()))
                : Stream.empty();
        Stream<Hit> objects = subject.change() instanceof SchemaChange.AlterObject alter
                        && RELATIONS.contains(alter.objectType())
                        && (alter.what().startsWith("RENAME TO") || alter.what().startsWith("SET SCHEMA"))
                ? Stream.of(Hit.at(alter.source()))
                : Stream.empty();
        return Stream.of(renamed, moved, tables, objects).flatMap(s -> s).toList();
    }

    private static boolean sameName(Subject subject, QualifiedName to) {
        return subject.alter().filter(a -> a.table().equals(to)).isPresent();
    }

    private static List<Hit> renameSchema(Subject subject) {
        return subject.change() instanceof SchemaChange.AlterObject alter
                        && alter.objectType().equals("SCHEMA")
                        && alter.what().startsWith("RENAME")
                ? List.of(Hit.at(alter.source()))
                : List.of();
    }

    private static List<Hit> renameEnumValue(Subject subject) {
        return subject.change() instanceof SchemaChange.AlterType alter
                        && alter.what().startsWith("RENAME VALUE")
                ? List.of(Hit.at(alter.source()))
                : List.of();
    }
}
