package dev.sluice.policies.rule;

import static dev.sluice.policies.policy.Action.APPROVE;
import static dev.sluice.policies.policy.Action.BLOCK;
import static dev.sluice.policies.policy.Action.REWRITE;
import static dev.sluice.policies.rule.Rule.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.rule.ColumnAddition.Fill;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What adding a column can do to a table. */
final class ColumnAdditionRules {

    private ColumnAdditionRules() {}

    static List<Rule> all() {
        return List.of(
                rule("add-column-not-null-no-default", "a NOT NULL column without a default on a table that has rows")
                        .both(BLOCK, ColumnAdditionRules::notNullNoDefault)
                        .mysqlOnRequest("the column is added instantly, and existing rows read as the server's implicit"
                                + " value of its type, as they would without the gateway")
                        .harm("existing rows have no value for it, so the server refuses it, and old code's INSERTs"
                                + " would fail")
                        .mysqlHarm("existing rows silently get 0 or an empty string, and old code's INSERTs fail")
                        .safeWay("say what existing rows get: /* sluice: backfill=\"<expression>\" */ in the statement,"
                                + " or give the column a DEFAULT")
                        .example("ALTER TABLE orders ADD COLUMN region text NOT NULL"),
                rule("add-column-volatile-default", "a default that is evaluated for each row")
                        .both(REWRITE, on(add -> add.fill() == Fill.VOLATILE))
                        .harm("the server rewrites the whole table under a lock that stops readers and writers")
                        .safeWay("the column is added empty, then gets its default, and existing rows are filled in"
                                + " small batches")
                        .mysqlHarm(
                                "the server copies the whole table while writers wait, or refuses the statement (1674)")
                        .mysqlExample(
                                "ALTER TABLE orders ADD COLUMN token BINARY(16) NOT NULL DEFAULT (UUID_TO_BIN(UUID()))")
                        .example("ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()"),
                rule("add-column-expression-default", "a default that is an expression")
                        .mysql(REWRITE, on(add -> add.fill() == Fill.EXPRESSION))
                        .harm("the server copies the whole table while writers wait, or refuses the statement (1674)")
                        .safeWay("the column is added with a placeholder, then gets its default, and existing rows are"
                                + " filled in small batches")
                        .example("ALTER TABLE orders ADD COLUMN tags JSON DEFAULT (JSON_ARRAY())"),
                rule("add-column-generated-stored", "a stored generated column")
                        .both(APPROVE, ColumnAdditionRules::stored)
                        .harm("the server computes it for every row and rewrites the table under lock")
                        .safeWay(
                                "use a plain column with a trigger, or, from PostgreSQL 18 on, a VIRTUAL generated column")
                        .mysqlSafeWay("use a VIRTUAL generated column, or a plain column with a trigger")
                        .example(
                                "ALTER TABLE orders ADD COLUMN total numeric GENERATED ALWAYS AS (price * qty) STORED"),
                rule("add-column-auto-increment", "a column that numbers the rows: serial, identity, AUTO_INCREMENT")
                        .postgres(REWRITE, on(add -> add.fill() == Fill.SEQUENCE))
                        .mysql(APPROVE, on(add -> add.fill() == Fill.SEQUENCE))
                        .harm("the server numbers every row and rewrites the table under lock")
                        .safeWay("the sequence is made first, existing rows are numbered in small batches, then the"
                                + " column becomes what was asked for")
                        .mysqlSafeWay("have the rebuild approved for a quiet hour")
                        .mysqlExample("ALTER TABLE log ADD COLUMN id BIGINT AUTO_INCREMENT UNIQUE")
                        .example("ALTER TABLE orders ADD COLUMN seq_no bigserial"),
                rule("add-column-unique", "a unique column")
                        .both(REWRITE, ColumnAdditionRules::unique)
                        .harm("the index is built while the table is locked")
                        .safeWay("the column is added first; its index is built online and then becomes the constraint")
                        .mysqlExample("ALTER TABLE orders ADD COLUMN external_ref VARCHAR(40) UNIQUE")
                        .example("ALTER TABLE orders ADD COLUMN external_ref text UNIQUE"),
                rule("add-column-primary-key", "a new column that is the primary key")
                        .postgres(REWRITE, ColumnAdditionRules::primaryKey)
                        .mysql(APPROVE, ColumnAdditionRules::primaryKey)
                        .harm("the index is built while the table is locked")
                        .safeWay("the column is filled and its index built online, then the index becomes the primary"
                                + " key")
                        .mysqlHarm("the server rebuilds the table around it")
                        .mysqlSafeWay("have the rebuild approved for a quiet hour")
                        .mysqlExample("ALTER TABLE log ADD COLUMN id BIGINT AUTO_INCREMENT PRIMARY KEY")
                        .example("ALTER TABLE log ADD COLUMN id bigserial PRIMARY KEY"),
                rule("add-column-check", "a column with a CHECK")
                        .postgres(REWRITE, inline(ColumnConstraint.Check.class, c -> c.enforced() && !c.notValid()))
                        .mysql(APPROVE, inline(ColumnConstraint.Check.class, ColumnConstraint.Check::enforced))
                        .harm("every row is checked under lock")
                        .safeWay("the check is added NOT VALID and validated without stopping anybody")
                        .mysqlHarm("the server copies the table while writers wait")
                        .mysqlSafeWay("have the copy approved for a quiet hour")
                        .example("ALTER TABLE orders ADD COLUMN score int DEFAULT 10 CHECK (score > 0)"),
                rule("add-column-references", "a column with REFERENCES whose rows must be checked")
                        .postgres(REWRITE, ColumnAdditionRules::references)
                        .mysql(APPROVE, s -> enforcesInlineReferences(s) ? inlineReferences(s) : List.of())
                        .harm("every row is looked up in the other table while both are locked")
                        .safeWay("the foreign key is added NOT VALID and validated without stopping anybody")
                        .mysqlHarm("the server copies the table while writers wait")
                        .mysqlSafeWay("have the copy approved for a quiet hour")
                        .example("ALTER TABLE orders ADD COLUMN account_id bigint DEFAULT 1 REFERENCES accounts (id)"),
                rule("add-column-references-ignored", "REFERENCES behind a column where the server ignores it")
                        .mysql(APPROVE, s -> enforcesInlineReferences(s) ? List.of() : inlineReferences(s))
                        .harm("MySQL up to 8.4 parses REFERENCES behind a column and does nothing")
                        .safeWay("add the constraint by name: ADD CONSTRAINT … FOREIGN KEY (…) REFERENCES …")
                        .example("ALTER TABLE orders ADD COLUMN account_id BIGINT REFERENCES accounts (id)"),
                rule("add-column-constrained-domain", "a column whose type is a domain with a constraint")
                        .postgres(APPROVE, on(ColumnAddition::constrainedDomain))
                        .harm("the server rewrites the whole table to check the domain, even for a column without"
                                + " default")
                        .safeWay("use the base type with a CHECK of its own, which can be validated online")
                        .example("ALTER TABLE orders ADD COLUMN points positive_int DEFAULT 5"),
                rule("add-column-with-index", "a column and an index in one ALTER")
                        .mysql(REWRITE, ColumnAdditionRules::withIndex)
                        .harm("together they rebuild the table; one by one the column is instant and the index online")
                        .safeWay("the statement is split: the column first, then the index online")
                        .example("ALTER TABLE orders ADD COLUMN ext INT, ADD INDEX idx_ext (ext)"));
    }

    private static Rule.Check on(Predicate<ColumnAddition> what) {
        return subject -> subject.additions().stream()
                .filter(what)
                .map(add -> Hit.at(add.column().source()))
                .toList();
    }

    private static <C extends ColumnConstraint> Rule.Check inline(Class<C> kind, Predicate<C> what) {
        return subject -> subject.additions().stream()
                .flatMap(add -> add.column().all(kind).stream())
                .filter(what)
                .map(c -> Hit.at(c.source()))
                .toList();
    }

    private static List<Hit> notNullNoDefault(Subject subject) {
        if (subject.empty()) {
            return List.of();
        }
        List<ColumnAddition> bare = subject.additions().stream()
                .filter(add -> add.notNull() && add.fill() == Fill.NONE)
                .toList();
        boolean told = subject.directives().backfill().isPresent() && bare.size() == 1;
        Function<ColumnAddition, Hit> hit = add -> told
                ? Hit.at(
                                add.column().source(),
                                "existing rows have no value for it but the one that the directive gives")
                        .with("the column is added empty, existing rows are filled with the directive's expression in"
                                + " small batches, then NOT NULL is enforced")
                        .as(REWRITE)
                : Hit.at(add.column().source());
        return bare.stream().map(hit).toList();
    }

    private static List<Hit> stored(Subject subject) {
        return subject.additions().stream()
                .filter(add -> add.generated()
                        .filter(g -> g.storage() == ColumnConstraint.Generated.Storage.STORED)
                        .isPresent())
                .map(add -> Hit.at(add.column().source()))
                .toList();
    }

    private static List<Hit> unique(Subject subject) {
        List<String> added = names(subject);
        Stream<SourceText> inline = subject.additions().stream()
                .filter(add -> !add.column().has(ColumnConstraint.PrimaryKey.class))
                .flatMap(add -> add.column().all(ColumnConstraint.Unique.class).stream())
                .map(ColumnConstraint.Unique::source);
        Stream<SourceText> constraint = ConstraintRules.uniques(subject).stream()
                .filter(u -> ConstraintRules.anyOf(u.keys(), added))
                .map(ConstraintRules.Keyed::source);
        Stream<SourceText> index = subject.actions(AlterAction.AddIndex.class).stream()
                .filter(i -> i.kind() == IndexKind.UNIQUE && ConstraintRules.anyOf(i.keys(), added))
                .map(AlterAction.AddIndex::source);
        return Stream.of(inline, constraint, index).flatMap(s -> s).map(Hit::at).toList();
    }

    private static List<Hit> primaryKey(Subject subject) {
        Stream<SourceText> inline = subject.additions().stream()
                .flatMap(add -> add.column().all(ColumnConstraint.PrimaryKey.class).stream())
                .map(ColumnConstraint.PrimaryKey::source);
        Stream<SourceText> constraint = ConstraintRules.primaryKeys(subject).stream()
                .filter(k -> ConstraintRules.anyOf(k.keys(), names(subject)))
                .map(ConstraintRules.Keyed::source);
        return Stream.concat(inline, constraint).map(Hit::at).toList();
    }

    private static List<Hit> references(Subject subject) {
        return subject.additions().stream()
                .filter(add -> add.fill() != Fill.NONE || add.notNull() || add.constrainedDomain())
                .flatMap(add -> add.column().all(ColumnConstraint.References.class).stream())
                .filter(r -> r.enforced() && !r.notValid())
                .map(r -> Hit.at(r.source()))
                .toList();
    }

    private static List<Hit> inlineReferences(Subject subject) {
        return subject.additions().stream()
                .flatMap(add -> add.column().all(ColumnConstraint.References.class).stream())
                .map(r -> Hit.at(r.source()))
                .toList();
    }

    private static boolean enforcesInlineReferences(Subject subject) {
        return subject.version().dialect() == Dialect.MARIADB
                || subject.version().atLeast(9);
    }

    private static List<Hit> withIndex(Subject subject) {
        return subject.additions().isEmpty()
                ? List.of()
                : subject.actions(AlterAction.AddIndex.class).stream()
                        .filter(i -> i.kind() == IndexKind.PLAIN)
                        .filter(i -> i.keys().stream().allMatch(k -> k.column().isPresent()))
                        .map(i -> Hit.at(i.source()))
                        .toList();
    }

    static List<String> names(Subject subject) {
        return subject.additions().stream().map(ColumnAddition::name).toList();
    }
}
