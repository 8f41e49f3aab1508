package dev.sluice.policies.rule;

import static dev.sluice.policies.policy.Action.APPROVE;
import static dev.sluice.policies.policy.Action.REWRITE;
import static dev.sluice.policies.policy.Action.WARN;
import static dev.sluice.policies.rule.Rule.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What writes a table anew. */
final class RewriteRules {

    private static final Set<String> REBUILDING_OPTIONS = Set.of(
            "ENGINE",
            "FORCE",
            "ROW_FORMAT",
            "KEY_BLOCK_SIZE",
            "ENCRYPTION",
            "DATA DIRECTORY",
            "TABLESPACE",
            "UNION",
            "PAGE_COMPRESSED",
            "TRANSACTIONAL");

    private static final Set<String> RELATIONS = Set.of("TABLE", "INDEX", "MATERIALIZED VIEW");

    private RewriteRules() {}

    static List<Rule> all() {
        return List.of(
                rule("change-column-type", "another type for a column")
                        .postgres(APPROVE, RewriteRules::postgresType)
                        .mysql(APPROVE, s -> mysqlType(s, MySqlColumns.Change.TYPE))
                        .harm("the table and its indexes are written anew under lock; widenings that only change the"
                                + " catalog pass")
                        .safeWay("add a column of the new type, fill it, move the code over, drop the old one")
                        .mysqlExample("ALTER TABLE orders MODIFY qty BIGINT")
                        .example("ALTER TABLE orders ALTER COLUMN qty TYPE bigint"),
                rule("enum-set-redefine", "an ENUM or SET whose members change")
                        .mysql(APPROVE, s -> mysqlType(s, MySqlColumns.Change.ENUM))
                        .harm("the table is copied; appending members passes")
                        .safeWay("append new members at the end and keep the old ones in their order")
                        .example("ALTER TABLE orders MODIFY status ENUM('paid', 'new')"),
                rule("convert-charset", "CONVERT TO CHARACTER SET")
                        .mysql(
                                APPROVE,
                                s -> s.actions(AlterAction.ConvertCharset.class).stream()
                                        .map(a -> Hit.at(a.source()))
                                        .toList())
                        .harm("the whole table is copied while writers wait")
                        .safeWay("have it approved for a quiet hour, or use a tool that copies the table online")
                        .example("ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4"),
                rule("table-rewrite", "a change that writes the whole table anew")
                        .both(APPROVE, RewriteRules::tableRewrite)
                        .harm("the table is written anew under a lock that stops everybody")
                        .safeWay("have it approved for a quiet hour")
                        .mysqlHarm(
                                "the table is built or copied anew; replicas replay it serially and fall behind by as long as it took")
                        .mysqlExample("ALTER TABLE orders ROW_FORMAT = COMPRESSED")
                        .example("ALTER TABLE orders SET TABLESPACE fast"),
                rule("vacuum-full-or-cluster", "VACUUM FULL and CLUSTER")
                        .postgres(APPROVE, RewriteRules::rewriteTables)
                        .harm("the table is written anew under a lock that stops everybody")
                        .safeWay("use plain VACUUM, or a tool that repacks online")
                        .example("VACUUM FULL orders"),
                rule("mysql-inplace-rebuild", "a rebuild of the table in place")
                        .mysql(APPROVE, MySqlRebuilds::rebuilds)
                        .harm("the table is rebuilt; replicas replay it serially and fall behind by as long as it took")
                        .safeWay("a column addition is done with ALGORITHM=INSTANT instead")
                        .example("ALTER TABLE orders MODIFY COLUMN nickname VARCHAR(60) AFTER id"),
                rule("mysql-instant-unsupported", "a column on a table that cannot take one instantly")
                        .mysql(APPROVE, MySqlRebuilds::notInstant)
                        .harm(
                                "compressed rows, a FULLTEXT index, used-up row versions or, on MariaDB, a virtual column beside"
                                        + " others make the server rebuild or copy the table")
                        .safeWay("have it approved, or rebuild the table in a quiet hour first")
                        .example("ALTER TABLE zipped ADD COLUMN c INT"),
                rule("explicit-copy-algorithm", "ALGORITHM=COPY")
                        .mysql(REWRITE, s -> MySqlRebuilds.option(s, MySqlRebuilds::copies))
                        .harm("the table is copied while writers wait, though it need not be")
                        .safeWay("the option is judged, not trusted: the mildest algorithm that works is used")
                        .example("ALTER TABLE orders ADD COLUMN a INT, ALGORITHM=COPY"),
                rule("explicit-lock-option", "LOCK=SHARED and LOCK=EXCLUSIVE")
                        .mysql(REWRITE, s -> MySqlRebuilds.option(s, MySqlRebuilds::locks))
                        .harm("writers, or everybody, are shut out for the whole of the change")
                        .safeWay("the option is judged, not trusted: the mildest lock that works is used")
                        .example("ALTER TABLE orders ADD INDEX (qty), LOCK=EXCLUSIVE"),
                rule("partition-rebuild", "partitions that are made anew")
                        .mysql(APPROVE, s -> MySqlRebuilds.partitions(s, MySqlRebuilds::rebuildsPartition))
                        .harm("the rows are copied into new partitions while writers wait")
                        .safeWay("have it approved for a quiet hour")
                        .example(
                                "ALTER TABLE events REORGANIZE PARTITION p0 INTO (PARTITION a VALUES LESS THAN (100), PARTITION b VALUES LESS THAN (200))"),
                rule("drop-partition", "a partition that goes with its rows")
                        .mysql(APPROVE, s -> MySqlRebuilds.partitions(s, MySqlRebuilds::dropsPartition))
                        .harm("the rows are gone")
                        .safeWay("have it approved")
                        .example("ALTER TABLE events DROP PARTITION p2024"),
                rule("attach-partition-scan", "ATTACH PARTITION of a table that must be read first")
                        .postgres(REWRITE, RewriteRules::attach)
                        .harm("the new partition is read under lock to see that its rows belong there")
                        .safeWay("a check that says so is validated online first; then attaching reads nothing")
                        .example("ALTER TABLE events ATTACH PARTITION e26 FOR VALUES FROM ('2026-01-01') TO"
                                + " ('2027-01-01')"),
                rule("detach-partition-blocking", "DETACH PARTITION without CONCURRENTLY")
                        .postgres(REWRITE, RewriteRules::detach)
                        .harm("it waits for every reader of the parent, and everybody waits behind it")
                        .safeWay("the partition is detached CONCURRENTLY, from version 14 on")
                        .example("ALTER TABLE events DETACH PARTITION e24"),
                rule("refresh-matview-blocking", "REFRESH MATERIALIZED VIEW without CONCURRENTLY")
                        .postgres(REWRITE, RewriteRules::refresh)
                        .harm("readers of the view wait until it is computed")
                        .safeWay("it is refreshed CONCURRENTLY where it has a unique index")
                        .example("REFRESH MATERIALIZED VIEW order_totals"),
                rule("json-column", "a column of type json")
                        .postgres(
                                WARN,
                                s -> s.additions().stream()
                                        .filter(add ->
                                                add.column().type().name().equals("json"))
                                        .map(add -> Hit.at(add.column().source()))
                                        .toList())
                        .harm("json has no equality: DISTINCT and GROUP BY over the row fail")
                        .safeWay("use jsonb")
                        .example("ALTER TABLE orders ADD COLUMN payload json"));
    }

    private static List<Hit> postgresType(Subject subject) {
        if (subject.has(AlterAction.RewriteTable.class)) {
            // The table is written anew anyway: table-rewrite says so.
            return List.of();
        }
        if (subject.change() instanceof SchemaChange.AlterType type) {
            return altersAttribute(Tokens.of(type.source().text(), Dialect.POSTGRES))
                    ? List.of(Hit.at(type.source()))
                    : List.of();
        }
        return subject.actions(AlterAction.AlterType.class).stream()
                .filter(a -> subject.column(a.column())
                        .map(c -> !TypeChange.catalogOnly(a, c.type(), subject.facts()))
                        .orElse(true))
                .map(a -> Hit.at(a.source()))
                .toList();
    }

    private static boolean altersAttribute(List<Tokens.Token> tokens) {
        return IntStream.range(1, tokens.size())
                .anyMatch(i -> tokens.get(i - 1).is("alter") && tokens.get(i).is("attribute"));
    }

    private static List<Hit> mysqlType(Subject subject, MySqlColumns.Change wanted) {
        boolean otherIndex = MySqlRebuilds.hasSpecialIndex(subject);
        return subject.actions(AlterAction.ModifyColumn.class).stream()
                .filter(m -> MySqlColumns.change(subject, m) == wanted && !otherIndex)
                .map(m -> Hit.at(m.source()))
                .toList();
    }

    private static List<Hit> tableRewrite(Subject subject) {
        Stream<Hit> tables =
                subject.actions(AlterAction.RewriteTable.class).stream().map(a -> Hit.at(a.source()));
        Stream<Hit> options = subject.version().dialect().isMySqlFamily()
                ? subject.actions(AlterAction.TableOption.class).stream()
                        .filter(o -> REBUILDING_OPTIONS.contains(o.name()))
                        .map(a -> Hit.at(a.source()))
                : Stream.empty();
        Stream<Hit> order = subject.actions(AlterAction.OrderBy.class).stream().map(a -> Hit.at(a.source()));
        Stream<Hit> expressions = subject.actions(AlterAction.SetExpression.class).stream()
                .filter(a -> !subject.isVirtual(a.column()))
                .map(a -> Hit.at(a.source()));
        Stream<Hit> moved = subject.change() instanceof SchemaChange.AlterObject object
                        && Tokens.of(object.source().text(), subject.version().dialect()).stream()
                                .anyMatch(t -> t.is("tablespace"))
                        && RELATIONS.contains(object.objectType())
                ? Stream.of(Hit.at(object.source()))
                : Stream.empty();
        Stream<Hit> optimize =
                subject.version().dialect().isMySqlFamily() ? rewriteTables(subject).stream() : Stream.empty();
        return Stream.of(tables, options, order, expressions, moved, optimize)
                .flatMap(s -> s)
                .toList();
    }

    private static List<Hit> rewriteTables(Subject subject) {
        return subject.change() instanceof SchemaChange.RewriteTables rewrite
                ? List.of(Hit.at(rewrite.source()))
                : List.of();
    }

    private static List<Hit> attach(Subject subject) {
        if (subject.change() instanceof SchemaChange.CreateTable create) {
            return create.partitionOf().flatMap(subject.facts()::relation).stream()
                    .flatMap(parent -> subject.facts().defaultPartition(parent).stream())
                    .filter(rest -> rest.rows() != 0 && !subject.isCreatedHere(rest.name()))
                    .map(rest -> Hit.at(
                                    create.source(),
                                    "the default partition " + rest.name()
                                            + " is read under lock, for rows that belong to the new one")
                            .with("create the table by itself (LIKE … INCLUDING ALL), then ATTACH PARTITION: what that"
                                    + " needs is validated online first")
                            .as(APPROVE))
                    .toList();
        }
        return subject.actions(AlterAction.AttachPartition.class).stream()
                .map(a -> Hit.at(a.source()))
                .toList();
    }

    /** Beside a default partition the server does not detach CONCURRENTLY; without, the lock is short and only to be had. */
    private static List<Hit> detach(Subject subject) {
        if (subject.table().flatMap(subject.facts()::defaultPartition).isPresent()) {
            return List.of();
        }
        return subject.actions(AlterAction.DetachPartition.class).stream()
                .filter(a -> !a.concurrently() && !a.finalizing())
                .map(a -> subject.version().atLeast(14)
                        ? Hit.at(a.source())
                        : Hit.at(a.source())
                                .with("have it approved for a quiet moment")
                                .as(APPROVE))
                .toList();
    }

    private static List<Hit> refresh(Subject subject) {
        if (!(subject.change() instanceof SchemaChange.RefreshMaterializedView refresh)
                || refresh.concurrently()
                || refresh.withNoData()) {
            return List.of();
        }
        Hit hit = Hit.at(refresh.source());
        boolean possible = subject.facts()
                .relation(refresh.view())
                .map(RewriteRules::concurrentlyRefreshable)
                .orElse(subject.facts().assumed());
        return List.of(
                possible
                        ? hit
                        : hit.with("create a unique index over its columns, without WHERE")
                                .as(APPROVE));
    }

    private static boolean concurrentlyRefreshable(RelationFacts view) {
        return !view.options().getOrDefault("populated", "true").equals("false")
                && view.indexes().stream()
                        .anyMatch(i -> i.unique()
                                && i.valid()
                                && !i.partial()
                                && !i.columns().contains(""));
    }
}
