package dev.sluice.proxy.app;

import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.JdbcUrl;
import dev.sluice.proxy.config.UpstreamConfig;
import dev.sluice.proxy.migration.DatabaseRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The databases that a gateway knows of. At most {@value #LIMIT} that clients named are kept. Thread-safe. */
final class Databases {

    private static final int LIMIT = 1000;

    private final Set<DatabaseRef> known = ConcurrentHashMap.newKeySet();

    Databases(Configuration configuration) {
        configuration.upstreams().values().forEach(upstream -> known.add(of(upstream)));
    }

    /** Where an upstream's ledger is looked for first. */
    static DatabaseRef of(UpstreamConfig upstream) {
        boolean postgres = upstream.url().product() == JdbcUrl.Product.POSTGRESQL;
        return new DatabaseRef(upstream.name(), postgres ? upstream.url().database() : "");
    }

    void seen(DatabaseRef database) {
        if (known.size() < LIMIT) {
            known.add(database);
        }
    }

    List<DatabaseRef> with(Collection<DatabaseRef> others) {
        List<DatabaseRef> all = new ArrayList<>(known);
        others.stream().filter(d -> !all.contains(d)).forEach(all::add);
        all.sort(Comparator.comparing(DatabaseRef::upstream).thenComparing(DatabaseRef::database));
        return List.copyOf(all);
    }
}
