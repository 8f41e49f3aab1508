package dev.sluice.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.proxy.throttle.Signal;
import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.Watched;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThrottleReaderTest {

    private static final String REST = """
            listeners: [{address: ":6432"}]
            upstreams: {orders: {url: "jdbc:postgresql://db/orders"}}
            """;

    private static ThrottleSettings read(String throttle, Map<String, String> environment) throws ConfigException {
        return new ConfigurationReader(environment)
                .read("sluice.yaml", REST + "throttle:\n" + throttle.indent(2), Path.of("."))
                .throttle();
    }

    private static List<String> problems(String throttle) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(throttle, Map.of()));
        return String.valueOf(e.getMessage()).lines().toList();
    }

    @Test
    void eachSignalHasItsLimitsInItsOwnUnit() throws ConfigException {
        ThrottleSettings settings = read(
                """
                unreadable: stop
                unreadable_applications: slow
                max_replication_lag: 10s
                signals:
                  wal_rate: {slow: 20MiB, stop: 60MiB}
                  slot_wal: {stop: 4GiB, unreadable: slow}
                  oldest_snapshot: {slow: 1000, stop: never}
                  active_sessions: on
                  checkpoints: off
                """,
                Map.of("SLUICE_THROTTLE_SIGNALS_LOCK_WAITS", "off", "SLUICE_THROTTLE_SIGNALS_CONNECTIONS_STOP", "70"));

        assertThat(settings.blindSlowsApplications()).isTrue();
        assertThat(settings.signal(Watched.REPLICATION_LAG).map(Signal::limits))
                .contains("slows above 5 s, stops at 10 s");
        assertThat(settings.signal(Watched.REPLICATION_LAG).orElseThrow().blindStops())
                .isTrue();
        assertThat(settings.signal(Watched.WAL_RATE).map(Signal::limits))
                .contains("slows above 20 MiB/s, stops at 60 MiB/s");
        assertThat(settings.signal(Watched.SLOT_WAL).map(Signal::limits))
                .contains("slows above 2048 MiB, stops at 4096 MiB");
        assertThat(settings.signal(Watched.SLOT_WAL).orElseThrow().blindStops()).isFalse();
        assertThat(settings.signal(Watched.OLDEST_SNAPSHOT).orElseThrow().onlySlows())
                .isTrue();
        assertThat(settings.signal(Watched.ACTIVE_SESSIONS).orElseThrow().asked())
                .isTrue();
        assertThat(settings.signal(Watched.CONNECTIONS).map(Signal::limits)).contains("slows above 35%, stops at 70%");
        assertThat(settings.signal(Watched.CHECKPOINTS)).isEmpty();
        assertThat(settings.signal(Watched.LOCK_WAITS)).isEmpty();
    }

    @Test
    void queriesReplicasAndWindowsAreRead() throws ConfigException {
        ThrottleSettings settings = read("""
                recover_after: 5s
                windows: [{from: "22:00", to: "06:00", zone: Europe/Berlin}]
                queries:
                  outbox: {sql: "SELECT count(*) FROM outbox", slow: 100, stop: 1000}
                replicas:
                  reports: {url: "jdbc:postgresql://r:5433/orders?user=u&password=p", lag_query: "SELECT 1"}
                """, Map.of());

        assertThat(settings.recoverAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.hours().open(Instant.parse("2026-11-21T22:00:00Z"))).isTrue();
        assertThat(settings.hours().open(Instant.parse("2026-11-21T12:00:00Z"))).isFalse();
        assertThat(settings.queries()).singleElement().satisfies(q -> {
            assertThat(q.upstream()).isEqualTo("orders");
            assertThat(q.signal().limits()).isEqualTo("slows above 100, stops at 1000");
        });
        assertThat(settings.replicas()).singleElement().satisfies(r -> {
            assertThat(r.url()).isEqualTo("jdbc:postgresql://r:5433/orders");
            assertThat(r.user()).isEqualTo("u");
            assertThat(r.lagQuery()).contains("SELECT 1");
            assertThat(r.toString()).doesNotContain("password");
        });
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        assertThat(problems("signals: {replicaton_lag: {stop: 2s}}")).anyMatch(p -> p.contains("unknown key"));
        assertThat(problems("signals: {wal_rate: {slow: 9MiB, stop: 2MiB}}"))
                .anyMatch(p -> p.contains("expected a limit above the one that slows"));
        assertThat(problems("signals: {replication_lag: {stop: fast}}"))
                .anyMatch(p -> p.contains("expected a duration such as 2s, or never"));
        assertThat(problems("queries: {checkpoints: {sql: SELECT 1, stop: 2}}"))
                .anyMatch(p -> p.contains("that no other signal has"));
        assertThat(problems("replicas: {r: {url: \"jdbc:mysql://h/\"}}"))
                .anyMatch(p -> p.contains("the upstream's product"));
        assertThat(problems("replicas: {r: {url: \"jdbc:postgresql://h/\", upstream: none}}"))
                .anyMatch(p -> p.contains("expected the name of an upstream: orders"));
    }
}
