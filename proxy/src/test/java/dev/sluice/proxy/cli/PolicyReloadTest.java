package dev.sluice.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.PolicyConfig;
import dev.sluice.proxy.throttle.ThrottleSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyReloadTest {

    private static final String BASE = """
            listeners: [{address: "127.0.0.1:0", upstream: orders}]
            upstreams: {orders: {url: "jdbc:postgresql://db/orders"}}
            """;

    private final RecordingGateway gateway = new RecordingGateway();
    private @TempDir Path folder;
    private Path config;

    /** A gateway that only reads what it is given to read. */
    private static final class RecordingGateway implements GatewayLauncher.Running {
        final List<String> read = new ArrayList<>();
        final List<Long> limits = new ArrayList<>();

        @Override
        public void settle() {}

        @Override
        public boolean reload(GatewayLauncher.PolicyReading reading) {
            try {
                PolicyConfig policies = reading.read();
                read.add(policies.source() + " " + policies.content());
                return true;
            } catch (ConfigException | CliException e) {
                read.add("refused: " + e.getMessage());
                return false;
            }
        }

        @Override
        public void reload(ThrottleSettings throttle) {
            limits.add(throttle.maxRowsPerSecond());
        }

        @Override
        public List<InetSocketAddress> addresses() {
            return List.of();
        }

        @Override
        public Optional<InetSocketAddress> http() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void write() throws IOException {
        config = folder.resolve("sluice.yaml");
        Files.writeString(config, BASE + "policies: {rules: {drop-table: block}}\n");
    }

    @Test
    void nothingIsReadWhileNothingChanges() throws Exception {
        PolicyReload reload = reload();

        reload.ifChanged();
        reload.ifChanged();

        assertThat(gateway.read).isEmpty();
    }

    @Test
    void aChangedFileIsReadOnceItIsStill() throws Exception {
        PolicyReload reload = reload();
        Files.writeString(config, BASE + "policies: {rules: {drop-table: allow, truncate: block}}\n");

        reload.ifChanged();
        assertThat(gateway.read).isEmpty();
        reload.ifChanged();
        reload.ifChanged();

        assertThat(gateway.read).singleElement().asString().contains("truncate");
    }

    @Test
    void theThrottlesLimitsAreReadWithIt() throws Exception {
        PolicyReload reload = reload();
        Files.writeString(config, BASE + "throttle: {max_rows_per_second: 700}\n");

        assertThat(reload.now()).isTrue();

        assertThat(gateway.limits).containsExactly(700L);
    }

    @Test
    void aPolicyFileIsWatchedToo() throws Exception {
        Path policy = Files.writeString(folder.resolve("policy.yaml"), "rules: {drop-table: block}\n");
        Files.writeString(config, BASE + "policies: policy.yaml\n");
        PolicyReload reload = reload();
        Files.writeString(policy, "rules: {drop-table: block, truncate: approve}\n");

        reload.ifChanged();
        reload.ifChanged();

        assertThat(gateway.read).singleElement().asString().contains("policy.yaml", "truncate");
    }

    @Test
    void aBrokenFileIsReadOnceAndAgainWhenItIsMended() throws Exception {
        PolicyReload reload = reload();
        Files.writeString(config, BASE + "policies: {rules: [\n");
        reload.ifChanged();
        reload.ifChanged();
        reload.ifChanged();

        Files.writeString(config, BASE + "policies: {rules: {truncate: block}}\n");
        reload.ifChanged();
        reload.ifChanged();

        assertThat(gateway.read).hasSize(2);
        assertThat(gateway.read.getFirst()).startsWith("refused: " + config + ":");
        assertThat(gateway.read.getLast()).contains("truncate");
    }

    @Test
    void aSignalReadsWithoutWaiting() throws Exception {
        assertThat(reload().now()).isTrue();
        assertThat(gateway.read).hasSize(1);
    }

    private PolicyReload reload() throws ConfigException {
        return new PolicyReload(gateway, this::configuration, Optional.of(config), configuration());
    }

    private Configuration configuration() throws ConfigException {
        return new ConfigurationReader(Map.of()).readFile(config);
    }
}
