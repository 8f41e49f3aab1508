package dev.sluice.proxy.config;

import dev.sluice.proxy.config.ConfigNode.Mapping;
import dev.sluice.proxy.config.ConfigNode.Scalar;
import dev.sluice.proxy.throttle.Hours;
import dev.sluice.proxy.throttle.Signal;
import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.ThrottleSettings.Query;
import dev.sluice.proxy.throttle.ThrottleSettings.Replica;
import dev.sluice.proxy.throttle.Unit;
import dev.sluice.proxy.throttle.Watched;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads {@code throttle}. */
final class ThrottleReader {

    private static final Map<String, Boolean> UNREADABLE = Map.of("stop", true, "slow", false);
    private static final Map<String, Boolean> UNREADABLE_APPLICATIONS = Map.of("slow", true, "go", false);
    private static final Map<String, Boolean> SWITCH = Map.of("on", true, "off", false);
    private static final Set<String> QUERY_KEYS = Set.of("sql", "slow", "stop", "unreadable", "upstream", "database");
    private static final Set<String> REPLICA_KEYS = Set.of("url", "user", "password", "upstream", "lag_query");
    private static final ThrottleSettings OTHERWISE = ThrottleSettings.DEFAULTS;

    private final Section root;
    private final Map<String, UpstreamConfig> upstreams;
    private final boolean blindStops;

    private ThrottleReader(Section root, Map<String, UpstreamConfig> upstreams) {
        this.root = root;
        this.upstreams = upstreams;
        this.blindStops = root.word("unreadable", UNREADABLE, false);
    }

    static ThrottleSettings read(Section root, Map<String, UpstreamConfig> upstreams) {
        ThrottleReader reader = new ThrottleReader(root, upstreams);
        ThrottleSettings settings = new ThrottleSettings(
                root.positiveDuration("batch_time", OTHERWISE.batchTime()),
                root.integer("max_rows_per_second", 0, 0, 100_000_000),
                root.integer("min_rows_per_second", 0, 0, 100_000_000),
                root.word("unreadable_applications", UNREADABLE_APPLICATIONS, OTHERWISE.blindSlowsApplications()),
                root.duration("recover_after", OTHERWISE.recoverAfter()),
                new Hours(Windows.read(root, "windows")),
                reader.signals(),
                reader.queries(),
                reader.replicas());
        root.end();
        return settings;
    }

    /** Has its reader come to every key. */
    static Mapping sample() {
        Mapping limits = ConfigSample.of("slow", "1");
        Map<String, ConfigNode> signals = new HashMap<>();
        Arrays.stream(Watched.values()).forEach(watched -> signals.put(watched.word(), limits));
        return ConfigSample.of(Map.of(
                "windows",
                ConfigSample.list(),
                "signals",
                ConfigSample.of(signals),
                "queries",
                ConfigSample.of("*", limits),
                "replicas",
                ConfigSample.of("*", limits)));
    }

    private Map<Watched, Signal> signals() {
        Map<Watched, Signal> signals = shorthands();
        Section section = root.section("signals");
        for (Watched watched : Watched.values()) {
            Signal before = signals.getOrDefault(watched, withBlindness(watched.byDefault(), blindStops, false));
            boolean on = watched.on() || signals.containsKey(watched);
            Optional<Signal> signal = signal(section, watched, before, on);
            signal.ifPresentOrElse(s -> signals.put(watched, s), () -> signals.remove(watched));
        }
        section.end();
        return signals;
    }

    /** The limits that have a key of their own. */
    private Map<Watched, Signal> shorthands() {
        Map<Watched, Signal> signals = new EnumMap<>(Watched.class);
        Duration lag = root.positiveDuration("max_replication_lag", Duration.ofSeconds(2));
        double seconds = lag.toNanos() / 1e9;
        signals.put(Watched.REPLICATION_LAG, limited(Watched.REPLICATION_LAG, seconds / 2, seconds));
        double factor = root.number("max_latency_factor", 1.25, 1.01, 1000);
        signals.put(
                Watched.FOREGROUND_LATENCY,
                limited(Watched.FOREGROUND_LATENCY, 1 + (factor - 1) / 2, 1 + (factor - 1) * 4));
        int sessions = root.integer("max_active_sessions", 0, 0, 100_000);
        if (sessions > 0) {
            signals.put(
                    Watched.ACTIVE_SESSIONS,
                    withBlindness(limited(Watched.ACTIVE_SESSIONS, sessions * 0.75, sessions), blindStops, true));
        }
        return signals;
    }

    private Signal limited(Watched watched, double slow, double stop) {
        return new Signal(watched.word(), watched.unit(), slow, stop, blindStops, false);
    }

    private static Signal withBlindness(Signal s, boolean stops, boolean asked) {
        return new Signal(s.name(), s.unit(), s.slowAbove(), s.stopAt(), stops, asked);
    }

    private Optional<Signal> signal(Section section, Watched watched, Signal before, boolean on) {
        Optional<ConfigNode> node = section.switched(watched.word());
        boolean word = node.isPresent()
                && node.get() instanceof Scalar scalar
                && !scalar.text().isEmpty();
        if (word || section.fromEnvironment(watched.word()).isPresent()) {
            boolean wanted = section.word(watched.word(), SWITCH, on);
            return wanted ? Optional.of(withBlindness(before, before.blindStops(), true)) : Optional.empty();
        }
        Section limits = section.section(watched.word());
        if (limits.isEmpty()) {
            return on ? Optional.of(before) : Optional.empty();
        }
        Optional<Signal> signal = limits(limits, before);
        limits.end();
        return signal;
    }

    /** A signal with the limits that a section gives it; where one of the two is missing it follows from the other. */
    private Optional<Signal> limits(Section s, Signal before) {
        Optional<Double> slow = s.parsed("slow", number(before.unit()), expected(before.unit()));
        Optional<Double> stop = s.parsed(
                "stop",
                text -> text.equals("never")
                        ? Optional.of(Double.POSITIVE_INFINITY)
                        : number(before.unit()).apply(text),
                expected(before.unit()) + ", or never");
        boolean blind = s.word("unreadable", UNREADABLE, before.blindStops());
        double none = before.unit() == Unit.FACTOR ? 1 : 0;
        double slowAbove = slow.orElseGet(() -> stop.filter(x -> !x.isInfinite())
                .map(x -> none + (x - none) / 2)
                .orElse(before.slowAbove()));
        double stopAt =
                stop.orElseGet(() -> before.stopAt() > slowAbove ? before.stopAt() : none + (slowAbove - none) * 2);
        if (!(stopAt > slowAbove)) {
            s.problem("stop", "expected a limit above the one that slows");
            return Optional.of(before);
        }
        return Optional.of(new Signal(before.name(), before.unit(), slowAbove, stopAt, blind, true));
    }

    private static Function<String, Optional<Double>> number(Unit unit) {
        return switch (unit) {
            case SECONDS -> text -> Units.duration(text).map(d -> d.toNanos() / 1e9);
            case BYTES, BYTES_PER_SECOND ->
                text -> Units.bytes(text.replaceFirst("/s$", "")).map(Long::doubleValue);
            case FACTOR, PERCENT, PER_MINUTE, COUNT -> text -> decimal(text.replaceFirst("\\s*%$", ""));
        };
    }

    private static Optional<Double> decimal(String text) {
        return text.matches("\\d{1,15}(\\.\\d{1,9})?") ? Optional.of(Double.parseDouble(text)) : Optional.empty();
    }

    private static String expected(Unit unit) {
        return switch (unit) {
            case SECONDS -> "a duration such as 2s";
            case BYTES, BYTES_PER_SECOND -> "a size such as 16GiB";
            case FACTOR -> "a factor such as 1.5";
            case PERCENT -> "a percentage such as 80";
            case PER_MINUTE, COUNT -> "a number";
        };
    }

    private List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        root.namedSections("queries", QUERY_KEYS).forEach((name, s) -> {
            Optional<String> sql = s.text("sql");
            Signal plain = new Signal(name, Unit.COUNT, 0, Double.POSITIVE_INFINITY, blindStops, true);
            Optional<Signal> signal = limits(s, plain);
            Optional<String> upstream = upstream(s);
            String database = s.text("database", "");
            s.end();
            boolean taken =
                    Set.of(Watched.values()).stream().anyMatch(w -> w.word().equals(name));
            if (taken || !name.matches("[a-z][a-z0-9_]{0,62}")) {
                s.problem("sql", "expected a name of small letters, digits and _ that no other signal has");
            } else if (sql.isEmpty()) {
                s.problem("sql", "expected a query whose first value is a number");
            } else if (upstream.isPresent() && signal.isPresent()) {
                queries.add(new Query(upstream.get(), database, sql.get(), signal.get()));
            }
        });
        return queries;
    }

    private List<Replica> replicas() {
        List<Replica> replicas = new ArrayList<>();
        root.namedSections("replicas", REPLICA_KEYS).forEach((name, s) -> {
            Optional<JdbcUrl> url = url(s);
            Optional<String> user = s.text("user");
            Optional<String> password = s.text("password");
            Optional<String> upstream = upstream(s);
            Optional<String> lagQuery = s.text("lag_query");
            s.end();
            if (url.isPresent() && upstream.isPresent()) {
                UpstreamConfig primary = upstreams.get(upstream.get());
                if (primary != null && isPostgres(primary.url()) != isPostgres(url.get())) {
                    s.problem("url", "expected a server of the upstream's product");
                }
                replicas.add(new Replica(
                        upstream.get(),
                        name,
                        url.get().forDriver(),
                        user.or(url.get()::user).orElse(""),
                        password.or(() -> url.get().password().map(Secret::reveal))
                                .orElse(""),
                        lagQuery));
            }
        });
        return replicas;
    }

    private static boolean isPostgres(JdbcUrl url) {
        return url.product() == JdbcUrl.Product.POSTGRESQL;
    }

    private static Optional<JdbcUrl> url(Section s) {
        Optional<String> text = s.text("url");
        if (text.isEmpty()) {
            s.problem("url", "expected the replica's URL, such as jdbc:postgresql://host:5432/database");
            return Optional.empty();
        }
        try {
            return Optional.of(JdbcUrl.parse(text.get()));
        } catch (IllegalArgumentException e) {
            s.problem("url", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** The upstream that is meant; where there is one, it need not be named. */
    private Optional<String> upstream(Section s) {
        Optional<String> named = s.text("upstream");
        if (named.isPresent() && upstreams.containsKey(named.get())) {
            return named;
        }
        if (named.isEmpty() && upstreams.size() == 1) {
            return Optional.of(upstreams.keySet().iterator().next());
        }
        s.problem("upstream", "expected the name of an upstream: " + String.join(", ", upstreams.keySet()));
        return Optional.empty();
    }
}
