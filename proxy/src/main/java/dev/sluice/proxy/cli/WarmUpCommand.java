package dev.sluice.proxy.cli;

import com.mysql.cj.jdbc.Driver;
import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.GatewayOptions;
import dev.sluice.proxy.rehearsal.MigrationRehearsal;
import dev.sluice.proxy.rehearsal.MySqlRehearsal;
import dev.sluice.proxy.rehearsal.PostgresRehearsal;
import dev.sluice.proxy.rehearsal.Rehearsal;
import dev.sluice.proxy.rehearsal.TemporaryFolder;
import dev.sluice.proxy.rehearsal.UnplayedClasses;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/**
 * {@code sluice warm-up}: starts gateways in front of stubs and of a database, has them relay and change tables for some
 * seconds and stops them. What the JVM learns of the classes and of what their methods do in this run makes the next start
 * quick, its first clients' statements cheap and its first schema change as well; the launcher runs it once after a build.
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

    /** What takes part in a migration. */
    private static final List<String> GATEWAY = Stream.of(
                    "audit", "backfill", "bulk", "catalog", "intercept", "ledger", "migration", "mysql", "throttle")
            .map(name -> "dev.sluice.proxy." + name + ".")
            .toList();

    private static final List<String> MYSQL = Stream.of(
                    "conf", "exceptions", "interceptors", "jdbc", "protocol.a", "result", "util", "Native", "Query")
            .map(name -> "com.mysql.cj." + name)
            .toList();

    private final GatewayLauncher launcher;

    public WarmUpCommand(GatewayLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Integer call() throws CliException, ConfigException, IOException, InterruptedException {
        try (Rehearsal mysql = new MySqlRehearsal();
                Rehearsal postgres = new PostgresRehearsal()) {
            run(mysql);
            changeSchemas();
            run(postgres);
        }
        loadOthers();
        return ExitCode.FINE;
    }

    private static void loadOthers() throws IOException {
        int classes = UnplayedClasses.load(WarmUpCommand.class, GATEWAY)
                + UnplayedClasses.load(Policy.class, List.of("dev.sluice.policies."))
                + UnplayedClasses.load(Driver.class, MYSQL);
        LOG.info("{} classes are loaded", classes);
    }

    private void run(Rehearsal rehearsal) throws CliException, ConfigException, IOException, InterruptedException {
        // No database stands behind it, so none of its signals can be read: nothing is to be slowed by that.
        try (TemporaryFolder folder = TemporaryFolder.make();
                GatewayLauncher.Running gateway = launch(rehearsal.upstream(), folder.path(), noSignals())) {
            InetSocketAddress address = gateway.addresses().get(0);
            greet(address);
            int played = rehearsal.play(address, Rehearsal.SESSIONS, PATIENCE);
            LOG.info("{} sessions before {}", played, rehearsal.upstream());
        }
    }

    /** What this machine has no server for is learnt by the gateway in its first migration, as all of it once was. */
    private void changeSchemas() throws CliException, ConfigException, InterruptedException {
        try (TemporaryFolder folder = TemporaryFolder.make();
                MigrationRehearsal rehearsal = MigrationRehearsal.start(folder.path());
                GatewayLauncher.Running gateway = launch(rehearsal.upstream(), folder.path(), Map.of())) {
            int answered = rehearsal.play(gateway.addresses().get(0), PATIENCE);
            LOG.info("{} schema changes before {}", answered, rehearsal.upstream());
        } catch (IOException e) {
            LOG.info("No schema changes are rehearsed", e);
        }
    }

    private GatewayLauncher.Running launch(String upstream, Path folder, Map<String, String> environment)
            throws CliException, ConfigException, IOException, InterruptedException {
        Path policies = Files.writeString(folder.resolve("policies.yaml"), POLICIES);
        GatewayOptions options = new GatewayOptions(
                upstream,
                Optional.of("127.0.0.1:0"),
                Optional.empty(),
                Optional.empty(),
                Optional.of("127.0.0.1:0"),
                Optional.of(folder.resolve("audit.jsonl").toString()),
                Optional.of(policies.toString()),
                List.of());
        Map<String, String> values = new HashMap<>(environment);
        values.put("SLUICE_DRAIN_TIMEOUT", "0");
        GatewayLauncher.Running gateway = launcher.launch(new ConfigurationReader(values).readOptions(options));
        InetSocketAddress http = gateway.http().orElseThrow();
        ask(http, "/metrics");
        awaitControlPlane(http);
        return gateway;
    }

    private static Map<String, String> noSignals() {
        return Stream.of(Watched.values())
                .collect(Collectors.toMap(watched -> "SLUICE_THROTTLE_SIGNALS_" + watched.name(), watched -> "off"));
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
