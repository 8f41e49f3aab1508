package dev.sluice.proxy.cli;

import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.GatewayOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sun.misc.Signal;

/**
 * {@code sluice serve}: a gateway until SIGTERM or SIGINT; SIGHUP, and a change of its file, have the policy read again.
 */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs the gateway.",
        footer = {
            "",
            "Every value of the configuration can also come from the environment: SLUICE_THROTTLE_BATCH_TIME"
                    + " for throttle.batch_time, SLUICE_LISTENERS_0_ADDRESS for the first listener's address."
        })
public final class ServeCommand implements Callable<Integer> {

    private static final Path DEFAULT_FILE = Path.of("sluice.yaml");
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final GatewayLauncher launcher;
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile int exitCode = ExitCode.FINE;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration file (default: sluice.yaml, if there)")
    private @Nullable Path config;

    @Option(names = "--upstream", paramLabel = "JDBC_URL", description = "The server, in place of a file")
    private @Nullable String upstream;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where clients connect (default: 127.0.0.1:6432, MySQL 127.0.0.1:6306)")
    private @Nullable String listen;

    @Option(names = "--user", description = "The gateway's own role in the database")
    private @Nullable String user;

    @Option(
            names = "--password",
            description = "Its password; better SLUICE_UPSTREAMS_DEFAULT_PASSWORD in the environment")
    private @Nullable String password;

    @Option(names = "--http", paramLabel = "HOST:PORT", description = "HTTP address, or off (default: 127.0.0.1:8432)")
    private @Nullable String http;

    @Option(names = "--audit", paramLabel = "FILE", description = "Audit trail (default: data/audit.jsonl)")
    private @Nullable String audit;

    @Option(names = "--policies", paramLabel = "FILE", description = "Policy file")
    private @Nullable String policies;

    @Option(names = "--operators", split = ",", paramLabel = "ROLE", description = "Roles that may change migrations")
    private List<String> operators = List.of();

    public ServeCommand(GatewayLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Integer call() throws CliException, ConfigException, InterruptedException {
        Configuration configuration = configuration();
        Signal.handle(new Signal("TERM"), signal -> stop.countDown());
        Signal.handle(new Signal("INT"), signal -> {
            exitCode = ExitCode.INTERRUPTED;
            stop.countDown();
        });
        try (GatewayLauncher.Running gateway = launcher.launch(configuration)) {
            gateway.settle();
            PolicyReload reload = new PolicyReload(gateway, this::configuration, file(), configuration);
            Signal.handle(new Signal("HUP"), signal -> reload.now());
            while (!stop.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                reload.ifChanged();
            }
        }
        return exitCode;
    }

    /** The configuration file, where there is one. */
    private Optional<Path> file() {
        if (upstream != null) {
            return Optional.empty();
        }
        return config != null ? Optional.of(config) : Optional.of(DEFAULT_FILE).filter(Files::exists);
    }

    private Configuration configuration() throws CliException, ConfigException {
        ConfigurationReader reader = new ConfigurationReader(System.getenv());
        if (config != null && upstream != null) {
            throw new CliException(ExitCode.USAGE, "give either --config or --upstream");
        }
        if (upstream != null) {
            return reader.readOptions(options(upstream));
        }
        String unused = withoutUse();
        if (!unused.isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE,
                    unused
                            + ": only together with --upstream; a configuration file says it itself, and SLUICE_ variables"
                            + " go before the file");
        }
        Optional<Path> file = file();
        return file.isPresent() ? reader.readFile(file.get()) : reader.readEnvironment();
    }

    /** The options given that only count where no file is read. */
    private String withoutUse() {
        Map<String, Boolean> given = new LinkedHashMap<>();
        given.put("--listen", listen != null);
        given.put("--user", user != null);
        given.put("--password", password != null);
        given.put("--http", http != null);
        given.put("--audit", audit != null);
        given.put("--policies", policies != null);
        given.put("--operators", !operators.isEmpty());
        return given.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
    }

    private GatewayOptions options(String url) {
        return new GatewayOptions(
                url,
                Optional.ofNullable(listen),
                Optional.ofNullable(user),
                Optional.ofNullable(password),
                Optional.ofNullable(http),
                Optional.ofNullable(audit),
                Optional.ofNullable(policies),
                operators);
    }
}
