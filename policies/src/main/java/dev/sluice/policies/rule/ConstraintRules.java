package dev.sluice.policies.rule;

import static dev.sluice.policies.policy.Action.APPROVE;
import static dev.sluice.policies.policy.Action.REWRITE;
import static dev.sluice.policies.rule.Rule.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Promises about rows that exist already. */
final class ConstraintRules {

    private ConstraintRules() {}

    /** A key over columns, whatever the syntax that asked for it. */
    record Keyed(SourceText source, List<IndexKey> keys, Optional<String> usingIndex) {}

    static List<Rule> all() {
        return List.of(
                rule("set-not-null", "NOT NULL on a column that exists")
                        .postgres(REWRITE, ConstraintRules::setNotNull)
                        .mysql(APPROVE, MySqlColumns::becomesNotNull)
                        .harm("the server reads the whole table under a lock that stops everybody")
                        .safeWay("a NOT VALID constraint is validated online, then NOT NULL is set on it")
                        .mysqlHarm("the server rebuilds the table")
                        .mysqlSafeWay("have the rebuild approved for a quiet hour")
                        .mysqlExample("ALTER TABLE orders MODIFY nickname VARCHAR(60) NOT NULL")
                        .example("ALTER TABLE orders ALTER COLUMN note SET NOT NULL"),
                rule("not-valid-before-backfill", "a NOT NULL check over rows that are not filled yet")
                        .postgres(APPROVE, ConstraintRules::notValidBeforeBackfill)
                        .harm("NOT VALID spares old rows until they are updated: then every UPDATE of an unfilled row"
                                + " fails")
                        .safeWay("fill the column first, or use ALTER COLUMN … SET NOT NULL with"
                                + " /* sluice: backfill=\"<expression>\" */")
                        .example("ALTER TABLE orders ADD CONSTRAINT nn CHECK (nickname IS NOT NULL) NOT VALID"),
                rule("add-check-validated", "a CHECK that is validated at once")
                        .postgres(REWRITE, ConstraintRules::validatedCheck)
                        .mysql(APPROVE, ConstraintRules::mysqlCheck)
                        .harm("every row is checked while the table is locked")
                        .safeWay("the check is added NOT VALID and validated without stopping anybody")
                        .mysqlHarm("the server copies the table while writers wait")
                        .mysqlSafeWay("have the copy approved for a quiet hour")
                        .example("ALTER TABLE orders ADD CHECK (qty > 0)"),
                rule("add-foreign-key-validated", "a foreign key that is validated at once")
                        .postgres(REWRITE, ConstraintRules::validatedForeignKey)
                        .mysql(APPROVE, ConstraintRules::foreignKeys)
                        .harm("every row is looked up in the other table while both stop writers")
                        .safeWay("the foreign key is added NOT VALID and validated without stopping anybody")
                        .mysqlHarm("the server copies the table while writers wait")
                        .mysqlSafeWay("have the copy approved for a quiet hour")
                        .example("ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id)"),
                rule("add-unique-constraint", "a unique constraint on existing columns")
                        .both(REWRITE, ConstraintRules::uniqueConstraint)
                        .harm("the index is built while writers wait")
                        .safeWay("the index is built online and then becomes the constraint")
                        .example("ALTER TABLE orders ADD CONSTRAINT uq_note UNIQUE (note)"),
                rule("add-primary-key", "a primary key on existing columns")
                        .postgres(REWRITE, ConstraintRules::primaryKey)
                        .mysql(APPROVE, ConstraintRules::primaryKey)
                        .harm("the index is built under lock")
                        .safeWay("NOT NULL is validated and the index built online, then it becomes the key")
                        .mysqlHarm("the server rebuilds the table around it")
                        .mysqlSafeWay("have the rebuild approved for a quiet hour")
                        .example("ALTER TABLE sessions ADD PRIMARY KEY (sid)"),
                rule("add-primary-key-using-index", "a primary key from an index whose columns may be NULL")
                        .postgres(REWRITE, ConstraintRules::primaryKeyUsingIndex)
                        .harm("the whole table is read under lock to see that no key is NULL")
                        .safeWay("NOT NULL is validated online first")
                        .example("ALTER TABLE t ADD PRIMARY KEY USING INDEX uq_t_code"),
                rule("add-exclusion-constraint", "an exclusion constraint")
                        .postgres(
                                APPROVE,
                                s -> constraints(s, TableConstraint.Exclude.class).stream()
                                        .map(c -> Hit.at(c.source()))
                                        .toList())
                        .harm("its index is built under lock, and there is no online way")
                        .safeWay("have it approved for a quiet hour")
                        .example("ALTER TABLE bookings ADD EXCLUDE USING gist (room WITH =, period WITH &&)"),
                rule("drop-constraint", "a constraint that goes")
                        .both(APPROVE, s -> dropped(s, false))
                        .harm("a promise that code may rely on is withdrawn, and is costly to give again")
                        .safeWay("have it approved")
                        .example("ALTER TABLE orders DROP CONSTRAINT orders_qty_check"),
                rule("drop-primary-key", "a primary key that goes")
                        .both(APPROVE, s -> dropped(s, true))
                        .harm("foreign keys, replication and online migrations rely on it")
                        .mysqlHarm("replication and online migrations rely on it, and the server rebuilds the table")
                        .safeWay("have it approved")
                        .mysqlExample("ALTER TABLE orders DROP PRIMARY KEY")
                        .example("ALTER TABLE orders DROP CONSTRAINT orders_pkey"),
                rule("alter-domain-add-constraint", "a constraint on a domain that is in use")
                        .postgres(REWRITE, ConstraintRules::domain)
                        .harm("every table that uses the domain is read under lock")
                        .safeWay("the constraint is added NOT VALID and validated afterwards")
                        .example("ALTER DOMAIN email ADD CHECK (VALUE LIKE '%@%')"));
    }

    static <C extends TableConstraint> List<C> constraints(Subject subject, Class<C> kind) {
        return subject.actions(AlterAction.AddConstraint.class).stream()
                .map(AlterAction.AddConstraint::constraint)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    static List<Keyed> uniques(Subject subject) {
        return constraints(subject, TableConstraint.Unique.class).stream()
                .map(u -> new Keyed(u.source(), u.keys(), u.usingIndex()))
                .toList();
    }

    static List<Keyed> primaryKeys(Subject subject) {
        return constraints(subject, TableConstraint.PrimaryKey.class).stream()
                .map(u -> new Keyed(u.source(), u.keys(), u.usingIndex()))
                .toList();
    }

    static boolean anyOf(List<IndexKey> keys, List<String> columns) {
        return keys.stream().anyMatch(k -> k.column().filter(columns::contains).isPresent());
    }

    private static List<Hit> setNotNull(Subject subject) {
        List<String> added = ColumnAdditionRules.names(subject);
        Stream<Hit> actions = subject.actions(AlterAction.SetNotNull.class).stream()
                .filter(a -> !added.contains(a.column()) && !knownNotNull(subject, a.column()))
                .map(a -> Hit.at(a.source()));
        Stream<Hit> constraints = constraints(subject, TableConstraint.NotNull.class).stream()
                .filter(c -> !c.notValid() && !knownNotNull(subject, c.column()))
                .map(c -> Hit.at(c.source()));
        Stream<Hit> computed = subject.additions().stream()
                .filter(add -> add.isVirtual(true) && add.notNull())
                .map(add -> Hit.at(add.column().source(), "the expression is computed for every row under lock"));
        return Stream.of(actions, constraints, computed).flatMap(s -> s).toList();
    }

    /** NOT NULL already, or a validated CHECK says so, which spares the server the scan (12 and later). */
    static boolean knownNotNull(Subject subject, String column) {
        return subject.column(column).filter(RelationFacts.ColumnFacts::notNull).isPresent()
                || subject.table().stream()
                        .flatMap(t -> t.constraints().stream())
                        .anyMatch(c -> c.validated() && c.type() == 'c' && NullTests.implies(c.definition(), column));
    }

    private static List<Hit> notValidBeforeBackfill(Subject subject) {
        Stream<Hit> checks = constraints(subject, TableConstraint.Check.class).stream()
                .filter(c -> c.notValid() && c.enforced())
                .filter(c -> NullTests.columns(c.expression().text()).stream()
                        .anyMatch(column -> !knownNotNull(subject, column)))
                .map(c -> Hit.at(c.source()));
        Stream<Hit> notNull = constraints(subject, TableConstraint.NotNull.class).stream()
                .filter(c -> c.notValid() && !knownNotNull(subject, c.column()))
                .map(c -> Hit.at(c.source()));
        return Stream.concat(checks, notNull).toList();
    }

    private static List<Hit> validatedCheck(Subject subject) {
        return constraints(subject, TableConstraint.Check.class).stream()
                .filter(c -> !c.notValid() && c.enforced())
                .map(c -> Hit.at(c.source()))
                .toList();
    }

    private static List<Hit> mysqlCheck(Subject subject) {
        Stream<SourceText> added = constraints(subject, TableConstraint.Check.class).stream()
                .filter(TableConstraint.Check::enforced)
                .map(TableConstraint.Check::source);
        Stream<SourceText> enforced = subject.actions(AlterAction.AlterCheckEnforcement.class).stream()
                .filter(AlterAction.AlterCheckEnforcement::enforced)
                .map(AlterAction.AlterCheckEnforcement::source);
        Stream<SourceText> modified = subject.actions(AlterAction.ModifyColumn.class).stream()
                .flatMap(m -> m.column().all(ColumnConstraint.Check.class).stream())
                .filter(ColumnConstraint.Check::enforced)
                .map(ColumnConstraint.Check::source);
        return Stream.of(added, enforced, modified).flatMap(s -> s).map(Hit::at).toList();
    }

    private static List<Hit> validatedForeignKey(Subject subject) {
        Stream<Hit> added = constraints(subject, TableConstraint.ForeignKey.class).stream()
                .filter(c -> !c.notValid() && c.enforced())
                .map(c -> Hit.at(c.source()));
        Stream<Hit> enforced = subject.actions(AlterAction.AlterConstraint.class).stream()
                .filter(a -> Words.enforces(a.source().text()))
                .map(a -> Hit.at(a.source()).as(Action.APPROVE));
        return Stream.concat(added, enforced).toList();
    }

    private static List<Hit> foreignKeys(Subject subject) {
        return constraints(subject, TableConstraint.ForeignKey.class).stream()
                .map(c -> Hit.at(c.source()))
                .toList();
    }

    private static List<Hit> uniqueConstraint(Subject subject) {
        List<String> added = ColumnAdditionRules.names(subject);
        Stream<SourceText> constraints = uniques(subject).stream()
                .filter(u -> u.usingIndex().isEmpty() && !anyOf(u.keys(), added))
                .map(Keyed::source);
        Stream<SourceText> indexes = subject.actions(AlterAction.AddIndex.class).stream()
                .filter(i ->
                        i.kind() == IndexKind.UNIQUE && !anyOf(i.keys(), added) && !IndexRules.functional(i.keys()))
                .map(AlterAction.AddIndex::source);
        Stream<SourceText> created = subject.version().dialect().isMySqlFamily()
                        && subject.change() instanceof SchemaChange.CreateIndex create
                        && create.kind() == IndexKind.UNIQUE
                        && !IndexRules.functional(create.keys())
                ? Stream.of(create.source())
                : Stream.empty();
        return Stream.of(constraints, indexes, created)
                .flatMap(s -> s)
                .map(Hit::at)
                .toList();
    }

    private static List<Hit> primaryKey(Subject subject) {
        List<String> added = ColumnAdditionRules.names(subject);
        return primaryKeys(subject).stream()
                .filter(k -> k.usingIndex().isEmpty() && !anyOf(k.keys(), added))
                .map(k -> Hit.at(k.source()))
                .toList();
    }

    private static List<Hit> primaryKeyUsingIndex(Subject subject) {
        return primaryKeys(subject).stream()
                .filter(k -> k.usingIndex().isPresent())
                .filter(k ->
                        indexColumns(subject, k.usingIndex().get()).stream().anyMatch(c -> !knownNotNull(subject, c)))
                .map(k -> Hit.at(k.source()))
                .toList();
    }

    /** An index that nothing is known of has a column that nothing is known of. */
    static List<String> indexColumns(Subject subject, String index) {
        return subject.table().stream()
                .flatMap(t -> t.indexes().stream())
                .filter(i -> i.name().equals(index))
                .findFirst()
                .map(RelationFacts.IndexFacts::columns)
                .orElse(List.of(""));
    }

    private static List<Hit> dropped(Subject subject, boolean primary) {
        Stream<SourceText> constraints = subject.actions(AlterAction.DropConstraint.class).stream()
                .filter(d -> isPrimary(subject, d.name()) == primary)
                .filter(d -> !(d.ifExists() && isMissing(subject, d.name())))
                .map(AlterAction.DropConstraint::source);
        Stream<SourceText> keys = primary
                ? subject.actions(AlterAction.DropPrimaryKey.class).stream().map(AlterAction.DropPrimaryKey::source)
                : Stream.empty();
        Stream<SourceText> indexes = primary
                ? subject.actions(AlterAction.DropIndex.class).stream()
                        .filter(d -> d.name().equalsIgnoreCase("primary"))
                        .map(AlterAction.DropIndex::source)
                : Stream.empty();
        Stream<SourceText> dropped = primary
                        && subject.change() instanceof SchemaChange.DropIndex drop
                        && drop.table().isPresent()
                        && drop.indexes().stream().anyMatch(i -> i.name().equalsIgnoreCase("primary"))
                ? Stream.of(drop.source())
                : Stream.empty();
        Stream<SourceText> domains = !primary
                        && subject.change() instanceof SchemaChange.AlterDomain domain
                        && domain.what().startsWith("DROP CONSTRAINT")
                ? Stream.of(domain.source())
                : Stream.empty();
        return Stream.of(constraints, keys, indexes, dropped, domains)
                .flatMap(s -> s)
                .map(Hit::at)
                .toList();
    }

    /** Certainly: the facts of MySQL and MariaDB do not name every kind. */
    private static boolean isMissing(Subject subject, String constraint) {
        return subject.version().dialect() == Dialect.POSTGRES
                && !subject.facts().assumed()
                && subject.table()
                        .filter(table -> table.constraint(constraint).isEmpty())
                        .isPresent();
    }

    private static boolean isPrimary(Subject subject, String constraint) {
        if (subject.version().dialect().isMySqlFamily()) {
            return constraint.equalsIgnoreCase("primary");
        }
        return subject.table()
                .flatMap(t -> t.constraint(constraint))
                .map(c -> c.type() == 'p')
                .orElse(constraint.endsWith("_pkey"));
    }

    private static List<Hit> domain(Subject subject) {
        if (!(subject.change() instanceof SchemaChange.AlterDomain domain)) {
            return List.of();
        }
        return switch (domain.what()) {
            case "ADD CONSTRAINT", "ADD" -> validates(domain) ? List.of(Hit.at(domain.source())) : List.of();
            case "SET NOT NULL" ->
                List.of(Hit.at(domain.source())
                        .with("add CHECK (VALUE IS NOT NULL), which can be validated online")
                        .as(APPROVE));
            default -> List.of();
        };
    }

    private static boolean validates(SchemaChange.AlterDomain domain) {
        return domain.constraint()
                .map(c -> !(c instanceof TableConstraint.Check check) || !check.notValid())
                .orElse(true);
    }
}
