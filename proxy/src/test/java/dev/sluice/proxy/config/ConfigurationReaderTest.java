package dev.sluice.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.Watched;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationReaderTest {

    private static final String LEAST = """
            listeners:
              - {address: "0.0.0.0:6432", upstream: orders}
            upstreams:
              orders: {url: "jdbc:postgresql://db.internal:5432/orders"}
            """;

    /** Every key there is. */
    static final String FULL = """
            gateway: gw-1
            listeners:
              - protocol: postgres
                address: 0.0.0.0:6432
                upstream: orders
              - protocol: mysql
                address: "[::1]:6306"
                upstream: shop
            upstreams:
              orders:
                url: jdbc:postgresql://db.internal:5433/orders?sslmode=require
                user: sluice
                password: ${ORDERS_PASSWORD}
                environment: production
                pool_size: 4
              shop:
                url: jdbc:mysql://shop.internal/shop?user=u&password=p%40ss
            policies:
              default: judge
              rules: {drop-column: approve}
            operators: [dba, "${ONCALL:-oncall}"]
            lock_timeout: 40ms
            lock_retry: 100ms
            lock_patience: 1 min
            completion: return
            completion_timeout: 5min
            approval_timeout: 0
            approval_validity: 8h
            max_statement_bytes: 1MiB
            throttle:
              batch_time: 20ms
              max_replication_lag: 1.5s
              max_latency_factor: 1.5
              max_active_sessions: 50
              max_rows_per_second: 1000
            audit: {file: /var/lib/sluice/audit.jsonl}
            http: {address: 0.0.0.0:9000, token: t0k3n, tokens: {olga: 0lg4}}
            drain_timeout: 5s
            log_level: debug
            """;

    @Test
    void everyKeyIsReadIntoItsUnit() throws ConfigException {
        Configuration c = read(FULL, Map.of("ORDERS_PASSWORD", "s3cret"));

        assertThat(c.gateway()).isEqualTo("gw-1");
        assertThat(c.listeners())
                .containsExactly(
                        new ListenerConfig(
                                ListenerConfig.Protocol.POSTGRES, new Address("0.0.0.0", 6432), "orders", false),
                        new ListenerConfig(ListenerConfig.Protocol.MYSQL, new Address("::1", 6306), "shop", false));
        UpstreamConfig orders = c.upstreamOf(c.listeners().get(0));
        assertThat(orders.url().address()).isEqualTo(new Address("db.internal", 5433));
        assertThat(orders.user()).contains("sluice");
        assertThat(orders.password()).contains(Secret.of("s3cret"));
        assertThat(orders.environment()).isEqualTo("production");
        assertThat(orders.poolSize()).isEqualTo(4);
        assertThat(c.upstreamOf(c.listeners().get(1)).password()).contains(Secret.of("p@ss"));
        assertThat(c.operators()).containsExactly("dba", "oncall");
        assertThat(c.lock())
                .isEqualTo(new LockConfig(Duration.ofMillis(40), Duration.ofMillis(100), Duration.ofMinutes(1)));
        assertThat(c.completion())
                .isEqualTo(new CompletionConfig(false, Duration.ofMinutes(5), Duration.ZERO, Duration.ofHours(8)));
        assertThat(c.maxStatementBytes()).isEqualTo(1 << 20);
        assertThat(c.throttle().batchTime()).isEqualTo(Duration.ofMillis(20));
        assertThat(c.throttle().maxRowsPerSecond()).isEqualTo(1000);
        assertThat(c.throttle().signal(Watched.REPLICATION_LAG).orElseThrow().stopAt())
                .isEqualTo(1.5);
        assertThat(c.throttle().signal(Watched.FOREGROUND_LATENCY).orElseThrow().slowAbove())
                .isEqualTo(1.25);
        assertThat(c.throttle().signal(Watched.ACTIVE_SESSIONS).orElseThrow().stopAt())
                .isEqualTo(50);
        assertThat(c.audit().file()).isEqualTo(Path.of("/var/lib/sluice/audit.jsonl"));
        assertThat(c.http())
                .isEqualTo(new HttpConfig(
                        true,
                        new Address("0.0.0.0", 9000),
                        Optional.of(Secret.of("t0k3n")),
                        Map.of("olga", Secret.of("0lg4"))));
        assertThat(c.drainTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(c.logLevel()).isEqualTo("debug");
        assertThat(c.policies().content()).isInstanceOf(ConfigNode.Mapping.class);
    }

    @Test
    void whatIsNotWrittenHasItsDefault() throws ConfigException {
        Configuration c = read(LEAST, Map.of());

        assertThat(c.lock()).isEqualTo(LockConfig.DEFAULTS);
        assertThat(c.completion()).isEqualTo(CompletionConfig.DEFAULTS);
        assertThat(c.throttle()).isEqualTo(ThrottleSettings.DEFAULTS);
        assertThat(c.http()).isEqualTo(HttpConfig.DEFAULTS);
        assertThat(c.audit()).isEqualTo(AuditConfig.DEFAULTS);
        assertThat(c.operators()).isEmpty();
        assertThat(c.maxStatementBytes()).isEqualTo(16 << 20);
        assertThat(c.listeners().get(0).protocol()).isEqualTo(ListenerConfig.Protocol.POSTGRES);
    }

    @Test
    void theEnvironmentGoesBeforeTheFile() throws ConfigException {
        Configuration c = read(
                LEAST,
                Map.of(
                        "SLUICE_LISTENERS_0_ADDRESS", "127.0.0.1:7000",
                        "SLUICE_LISTENERS_1_ADDRESS", "127.0.0.1:7001",
                        "SLUICE_UPSTREAMS_ORDERS_PASSWORD", "from-env",
                        "SLUICE_THROTTLE_BATCH_TIME", "10ms",
                        "SLUICE_OPERATORS", "a, b",
                        "SLUICE_POLICIES_RULES_DROP_COLUMN", "block",
                        "SLUICE_LOCK_PATIENCE", "3s"));

        assertThat(c.listeners()).extracting(l -> l.address().port()).containsExactly(7000, 7001);
        assertThat(c.upstreamOf(c.listeners().get(1)).password()).contains(Secret.of("from-env"));
        assertThat(c.throttle().batchTime()).isEqualTo(Duration.ofMillis(10));
        assertThat(c.operators()).containsExactly("a", "b");
        assertThat(c.policies().fromEnvironment()).isEqualTo(Map.of("rules.drop-column", "block"));
        assertThat(c.lock().patience()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void theEnvironmentAloneIsEnough() throws ConfigException {
        Map<String, String> environment = Map.of(
                "SLUICE_UPSTREAMS_ORDERS_URL", "jdbc:postgresql://db/orders",
                "SLUICE_LISTENERS_0_ADDRESS", ":6432");

        Configuration c = new ConfigurationReader(environment).readEnvironment();

        assertThat(c.upstreams()).containsOnlyKeys("orders");
        assertThat(c.listeners().get(0).address()).isEqualTo(new Address("0.0.0.0", 6432));
    }

    @Test
    void aCommandLineAloneIsEnough() throws ConfigException {
        GatewayOptions options = GatewayOptions.of("postgresql://app:p${w}@db:5555/orders");

        Configuration c = new ConfigurationReader(Map.of()).readOptions(options);

        UpstreamConfig upstream = c.upstreamOf(c.listeners().get(0));
        assertThat(c.listeners().get(0).address()).isEqualTo(new Address("127.0.0.1", 6432));
        assertThat(upstream.url().forDriver()).isEqualTo("jdbc:postgresql://db:5555/orders");
        assertThat(upstream.user()).contains("app");
        assertThat(upstream.password()).contains(Secret.of("p${w}"));
    }

    @Test
    void everythingWrongIsToldAtOnceWithLineAndKey() {
        String text = """
                listeners:
                  - {protocol: mysql, address: nowhere, upstream: orders}
                upstreams:
                  orders: {url: "jdbc:postgresql://a,b/orders"}
                  shop: {url: "jdbc:mysql://h/s", pasword: x}
                throttle:
                  batch_time: fast
                  max_latency_factor: 0.5
                completion: sometimes
                lock_timeout: 0
                operators: {a: b}
                """;

        assertThat(problems(text, Map.of("SLUICE_THROTTLE_BATCHTIME", "1s")))
                .anyMatch(p -> p.startsWith("sluice.yaml:2: listeners[0].upstream: expected the name of an upstream"))
                .anyMatch(p -> p.startsWith("sluice.yaml:2: listeners[0].address: expected host:port"))
                .anyMatch(p -> p.startsWith("sluice.yaml:4: upstreams.orders.url: expected one host"))
                .anyMatch(p -> p.equals("sluice.yaml:5: upstreams.shop.pasword: unknown key; did you mean password?"))
                .anyMatch(p -> p.equals("sluice.yaml:7: throttle.batch_time: expected a duration above zero, such as "
                        + "50ms, 2s or 5min, found \"fast\""))
                .anyMatch(p -> p.startsWith("sluice.yaml:8: throttle.max_latency_factor: expected a number from 1.0"))
                .anyMatch(p -> p.startsWith("sluice.yaml:9: completion: expected one of return, wait"))
                .anyMatch(p -> p.startsWith("sluice.yaml:10: lock_timeout: expected a duration above zero"))
                .anyMatch(p -> p.startsWith("sluice.yaml:11: operators: expected a list"))
                .anyMatch(p -> p.startsWith("SLUICE_THROTTLE_BATCHTIME: is no configuration variable"));
    }

    @Test
    void aListenerMustSpeakItsUpstreamsProtocol() {
        String text = LEAST.replace("{address", "{protocol: mysql, address");

        assertThat(problems(text, Map.of()))
                .containsExactly("sluice.yaml:2: listeners[0].protocol: expected postgres, which the upstream orders "
                        + "speaks, found mysql");
    }

    @Test
    void anUnsetVariableIsNamed() {
        String text = LEAST + "gateway: ${NOWHERE_SET}\n";

        assertThat(problems(text, Map.of()))
                .containsExactly("sluice.yaml:5: gateway: the environment variable NOWHERE_SET is not set");
    }

    @Test
    void aPolicyFileIsFoundBesideTheConfiguration(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("policy.yaml"), "rules: {drop-table: block}\n");
        Path file = Files.writeString(folder.resolve("sluice.yaml"), LEAST + "policies: policy.yaml\n");

        Configuration c = new ConfigurationReader(Map.of()).readFile(file);

        assertThat(c.policies().file()).contains(folder.resolve("policy.yaml").toAbsolutePath());
        assertThat(c.policies().content()).isInstanceOf(ConfigNode.Mapping.class);
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) {
        Path file = folder.resolve("none.yaml");

        ConfigException e =
                catchThrowableOfType(ConfigException.class, () -> new ConfigurationReader(Map.of()).readFile(file));

        assertThat(e).hasMessage(file + ": there is no such file");
    }

    @Test
    void noSecretIsPrinted() throws ConfigException {
        Configuration c = read(FULL, Map.of("ORDERS_PASSWORD", "s3cret"));

        String printed = c + ConfigurationTable.of(c).toString();

        assertThat(printed).doesNotContain("s3cret", "p@ss", "p%40ss", "t0k3n").contains(Secret.MASK);
    }

    @Test
    void theTableShowsEveryKeyOfTheFile() throws ConfigException {
        Configuration c = read(FULL, Map.of("ORDERS_PASSWORD", "s3cret"));

        List<String> keys = ConfigurationTable.of(c).stream()
                .map(ConfigurationTable.Row::key)
                .toList();

        assertThat(keys)
                .contains("lock_patience", "completion", "throttle.max_rows_per_second", "audit.file", "http.token")
                .contains("listeners[1].upstream", "upstreams.orders.pool_size", "max_statement_bytes", "operators");
    }

    private static Configuration read(String text, Map<String, String> environment) throws ConfigException {
        return new ConfigurationReader(environment).read("sluice.yaml", text, Path.of(""));
    }

    private static List<String> problems(String text, Map<String, String> environment) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(text, environment));
        return e.problems().stream().map(ConfigProblem::toString).toList();
    }
}
