package dev.sluice.proxy.cli;

import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.GatewayOptions;
import dev.sluice.proxy.rehearsal.MySqlRehearsal;
import dev.sluice.proxy.rehearsal.PostgresRehearsal;
import dev.sluice.proxy.rehearsal.Rehearsal;
import dev.sluice.proxy.throttle.Watched;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/**
 * {@code sluice warm-up}: starts a gateway in front of a stub, has it relay for a few seconds and stops it. What the JVM
 * learns of the classes and of what their methods do in this run makes the next start quick and its first clients' statements
 * cheap; the launcher runs it once after a build.
 */
@Command(
        name = "warm-up",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Trains the JVM's class cache.")
public final class WarmUpCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUpCommand.class);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /**
     * Some of the COPY waits for the throttle: code that the JVM has only known to pass is thrown away when it first has to
     * wait, and until it is made anew a COPY costs several times as much.
     */
    private static final String POLICIES = """
            backfills:
              - {name: bulk-load, statements: [copy], max_bytes_per_second: 48MiB}
            """;

    private final GatewayLauncher launcher;

    public WarmUpCommand(GatewayLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Integer call() throws CliException, ConfigException, IOException, InterruptedException {
        try (Rehearsal mysql = new MySqlRehearsal();
                Rehearsal postgres = new PostgresRehearsal()) {
            run(mysql);
            run(postgres);
        }
        return ExitCode.FINE;
    }

    private void run(Rehearsal rehearsal) throws CliException, ConfigException, IOException, InterruptedException {
        Path folder = Files.createTempDirectory("sluice-warm-up");
        Path audit = folder.resolve("audit.jsonl");
        Path policies = Files.writeString(folder.resolve("policies.yaml"), POLICIES);
        GatewayOptions options = new GatewayOptions(
                rehearsal.upstream(),
                Optional.of("127.0.0.1:0"),
                Optional.empty(),
                Optional.empty(),
                Optional.of("127.0.0.1:0"),
                Optional.of(audit.toString()),
                Optional.of(policies.toString()),
                List.of());
        try (GatewayLauncher.Running gateway =
                launcher.launch(new ConfigurationReader(environment()).readOptions(options))) {
            greet(gateway.addresses().get(0));
            InetSocketAddress http = gateway.http().orElseThrow();
            ask(http, "/metrics");
            awaitControlPlane(http);
            int played = rehearsal.play(gateway.addresses().get(0), Rehearsal.SESSIONS, PATIENCE);
            LOG.info("{} sessions before {}", played, rehearsal.upstream());
        } finally {
            Files.deleteIfExists(audit);
            Files.deleteIfExists(policies);
            Files.deleteIfExists(folder);
        }
    }

    /** No database stands behind the rehearsal, so none of its signals can be read: nothing is to be slowed by that. */
    private static Map<String, String> environment() {
        Map<String, String> values = new HashMap<>();
        values.put("SLUICE_DRAIN_TIMEOUT", "0");
        for (Watched watched : Watched.values()) {
            values.put("SLUICE_THROTTLE_SIGNALS_" + watched.name(), "off");
        }
        return values;
    }

    /** What every client sends first: a request for TLS. */
    private static void greet(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write(new byte[] {0, 0, 0, 8, 4, (byte) 210, 22, 47});
            socket.getInputStream().read();
        }
    }

    private static void awaitControlPlane(InetSocketAddress http) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ask(http, "/api/v1/policies") && System.nanoTime() < deadline) {
            Thread.sleep(Duration.ofMillis(100));
        }
    }

    private static boolean ask(InetSocketAddress http, String path) throws IOException {
        URLConnection connection =
                URI.create("http://127.0.0.1:" + http.getPort() + path).toURL().openConnection();
        connection.setConnectTimeout((int) PATIENCE.toMillis());
        connection.setReadTimeout((int) PATIENCE.toMillis());
        return connection.getHeaderField(0) instanceof String status && status.contains(" 200");
    }
}
