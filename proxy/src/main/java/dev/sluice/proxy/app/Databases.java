package dev.sluice.proxy.app;

import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.DatabaseNames;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.JdbcUrl;
import dev.sluice.proxy.config.UpstreamConfig;
import dev.sluice.proxy.migration.DatabaseRef;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The databases that a gateway knows of. At most {@value #LIMIT} that clients named are kept. Thread-safe. */
final class Databases {

    private static final int LIMIT = 1000;

    private final Set<DatabaseRef> configured;
    private final Set<DatabaseRef> seen = ConcurrentHashMap.newKeySet();
    private final DatabaseNames names;

    Databases(Configuration configuration, ControlPools pools) {
        this.configured =
                configuration.upstreams().values().stream().map(Databases::of).collect(Collectors.toUnmodifiableSet());
        this.names = new DatabaseNames(pools);
    }

    /** Where an upstream's ledger is looked for first. */
    static DatabaseRef of(UpstreamConfig upstream) {
        boolean postgres = upstream.url().product() == JdbcUrl.Product.POSTGRESQL;
        return new DatabaseRef(upstream.name(), postgres ? upstream.url().database() : "");
    }

    void seen(DatabaseRef database) {
        if (seen.size() < LIMIT) {
            seen.add(database);
        }
    }

    /**
     * Those and the others, in order, without what has been dropped since: each connection to such a one is waited for
     * until its time is up. Of a server that does not answer there is only the configured database, which says so. Blocks.
     */
    List<DatabaseRef> with(Collection<DatabaseRef> others) {
        seen.removeIf(database -> !isThere(database));
        Set<DatabaseRef> all = new HashSet<>(others);
        all.addAll(seen);
        all.removeIf(database -> !configured.contains(database) && !isReachable(database));
        all.addAll(configured);
        return all.stream()
                .sorted(Comparator.comparing(DatabaseRef::upstream).thenComparing(DatabaseRef::database))
                .toList();
    }

    /** Whether nothing says that it is gone. */
    private boolean isThere(DatabaseRef database) {
        return database.database().isEmpty()
                || switch (names.of(database.upstream())) {
                    case DatabaseNames.Names.Known known -> known.names().contains(database.database());
                    case DatabaseNames.Names.Unreachable unreachable -> true;
                    case DatabaseNames.Names.Untold untold -> true;
                };
    }

    private boolean isReachable(DatabaseRef database) {
        return isThere(database)
                && (database.database().isEmpty()
                        || !(names.of(database.upstream()) instanceof DatabaseNames.Names.Unreachable));
    }
}
