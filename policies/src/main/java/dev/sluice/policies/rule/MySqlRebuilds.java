package dev.sluice.policies.rule;

import static dev.sluice.policies.policy.Action.REWRITE;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.OnlineOptions;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.ServerVersion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** When MySQL or MariaDB rebuilds a table, and what the options of a statement make of it. */
public final class MySqlRebuilds {

    private static final Set<String> DROPPING = Set.of("DROP", "TRUNCATE", "DISCARD");
    private static final Set<String> REBUILDING = Set.of(
            "REORGANIZE", "COALESCE", "REBUILD", "OPTIMIZE", "REPAIR", "REMOVE", "PARTITION BY", "EXCHANGE", "CONVERT");

    private MySqlRebuilds() {}

    static List<Hit> rebuilds(Subject subject) {
        Stream<Hit> asked = explicitInplace(subject)
                ? Stream.of(Hit.at(
                                subject.change().source(),
                                "ALGORITHM=INPLACE rebuilds the table for a column that" + " can be added instantly")
                        .as(REWRITE))
                : Stream.empty();
        Stream<Hit> moved = subject.actions(AlterAction.ModifyColumn.class).stream()
                .filter(m -> MySqlColumns.change(subject, m) == MySqlColumns.Change.NONE)
                .filter(m -> m.position().isPresent() || MySqlColumns.becomesNullable(subject, m))
                .map(m -> Hit.at(m.source()));
        Stream<Hit> positioned = subject.additions().stream()
                .filter(add ->
                        !instantAt(subject.version(), add.action().position().isPresent()))
                .map(add -> Hit.at(add.action().source()));
        return Stream.of(asked, moved, positioned).flatMap(s -> s).toList();
    }

    private static boolean explicitInplace(Subject subject) {
        return subject.alter()
                        .flatMap(a -> a.options().algorithm())
                        .filter(a -> a.equals("INPLACE") || a.equals("NOCOPY"))
                        .isPresent()
                && !subject.additions().isEmpty()
                && subject.alter().orElseThrow().actions().stream().allMatch(AlterAction.AddColumn.class::isInstance)
                && subject.additions().stream()
                        .allMatch(a -> a.fill() == ColumnAddition.Fill.NONE || a.fill() == ColumnAddition.Fill.STEADY)
                && notInstant(subject).isEmpty();
    }

    /** Whether a column can be added instantly by this version, at the end or elsewhere. */
    public static boolean instantAt(ServerVersion version, boolean positioned) {
        if (version.dialect() == Dialect.MARIADB) {
            return positioned ? version.atLeast(10, 4, 0) : version.atLeast(10, 3, 2);
        }
        return positioned ? version.atLeast(8, 0, 30) : version.atLeast(8, 0, 12);
    }

    static List<Hit> notInstant(Subject subject) {
        Optional<RelationFacts> table = subject.table();
        if (table.isEmpty() || subject.additions().isEmpty()) {
            return List.of();
        }
        return whyNotInstant(subject, table.get()).or(() -> whyNotTogether(subject)).stream()
                .map(why -> Hit.at(subject.additions().getFirst().action().source(), why))
                .toList();
    }

    /** MariaDB adds a virtual column in an instant, and others too, but not in one statement. */
    private static Optional<String> whyNotTogether(Subject subject) {
        List<ColumnAddition> additions = subject.additions();
        boolean mixed = additions.stream().anyMatch(a -> a.isVirtual(true))
                && additions.stream().anyMatch(a -> !a.isVirtual(true));
        return mixed && subject.version().dialect() == Dialect.MARIADB
                ? Optional.of("the table is copied for a virtual column beside others; send it by itself")
                : Optional.empty();
    }

    private static Optional<String> whyNotInstant(Subject subject, RelationFacts table) {
        ServerVersion version = subject.version();
        String engine = table.options().getOrDefault("engine", "innodb").toLowerCase(Locale.ROOT);
        String format = table.options().getOrDefault("row_format", "").toLowerCase(Locale.ROOT);
        String create = table.options().getOrDefault("create_options", "").toLowerCase(Locale.ROOT);
        if (!engine.equals("innodb")) {
            return Optional.of("engine " + engine + " copies the table");
        }
        if (format.equals("compressed") || create.contains("row_format=compressed")) {
            return Optional.of("a table with ROW_FORMAT=COMPRESSED is rebuilt");
        }
        boolean fulltext = table.indexes().stream().anyMatch(i -> i.method().equalsIgnoreCase("fulltext"));
        if (fulltext && version.dialect() == Dialect.MYSQL) {
            return Optional.of("a table with a FULLTEXT index is copied");
        } else if (fulltext && !subject.additions().stream().allMatch(a -> a.isVirtual(true))) {
            return Optional.of("a table with a FULLTEXT index is rebuilt");
        }
        int versions = Integer.parseInt(table.options().getOrDefault("total_row_versions", "0"));
        int most = version.atLeast(9, 1, 0) ? 255 : 64;
        return version.dialect() == Dialect.MYSQL && versions >= most
                ? Optional.of("the table has used up its " + most + " row versions and must be rebuilt first")
                : Optional.empty();
    }

    static List<Hit> option(Subject subject, Predicate<OnlineOptions> what) {
        OnlineOptions options = switch (subject.change()) {
            case SchemaChange.AlterTable alter -> alter.options();
            case SchemaChange.CreateIndex index -> index.options();
            case SchemaChange.DropIndex index -> index.options();
            default -> OnlineOptions.NONE;
        };
        return what.test(options)
                ? List.of(Hit.at(
                        options.source().isEmpty()
                                ? subject.change().source()
                                : options.source().getFirst()))
                : List.of();
    }

    static boolean copies(OnlineOptions options) {
        return options.algorithm().filter("COPY"::equals).isPresent();
    }

    static boolean locks(OnlineOptions options) {
        return options.lock()
                .filter(l -> l.equals("SHARED") || l.equals("EXCLUSIVE"))
                .isPresent();
    }

    static boolean hasSpecialIndex(Subject subject) {
        return subject.actions(AlterAction.AddIndex.class).stream()
                .anyMatch(i -> i.kind() == IndexKind.SPATIAL || i.kind() == IndexKind.FULLTEXT);
    }

    static List<Hit> partitions(Subject subject, Predicate<AlterAction.PartitionMaintenance> what) {
        return subject.actions(AlterAction.PartitionMaintenance.class).stream()
                .filter(what)
                .map(a -> Hit.at(a.source()))
                .toList();
    }

    static boolean rebuildsPartition(AlterAction.PartitionMaintenance maintenance) {
        return REBUILDING.contains(firstWord(maintenance))
                || spreadsRows(maintenance)
                || maintenance.verb().startsWith("PARTITION")
                || maintenance.verb().startsWith("REMOVE");
    }

    /** Another partition by hash or key, which has no values of its own, takes rows from all of the others. */
    private static boolean spreadsRows(AlterAction.PartitionMaintenance maintenance) {
        return firstWord(maintenance).equals("ADD")
                && Tokens.of(maintenance.source().text(), Dialect.MYSQL).stream()
                        .noneMatch(token -> token.is("values") || token.is("history"));
    }

    static boolean dropsPartition(AlterAction.PartitionMaintenance maintenance) {
        return DROPPING.contains(firstWord(maintenance));
    }

    private static String firstWord(AlterAction.PartitionMaintenance maintenance) {
        return maintenance.verb().split(" ", 2)[0];
    }
}
