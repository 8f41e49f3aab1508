package dev.sluice.proxy.cli;

import dev.sluice.proxy.cli.MigrationsClient.Order;
import dev.sluice.proxy.config.Units;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code sluice migrations …}: looks at migrations and commands them, through a gateway or in the ledger itself. */
@Command(
        name = "migrations",
        mixinStandardHelpOptions = true,
        description = "Lists, shows, commands and awaits migrations.",
        footer = {
            "",
            "Through a gateway's HTTP interface (--gateway, by default http://127.0.0.1:8432, or SLUICE_GATEWAY in"
                    + " the environment; SLUICE_TOKEN for its token), or in the ledger of a database (--database JDBC_URL)."
        })
public final class MigrationsCommand implements Runnable {

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final Set<String> ENDED = Set.of("complete", "failed", "cancelled");
    private static final List<String> HEADING =
            List.of("ID", "DATABASE", "TABLE", "STATE", "PHASE", "ROWS", "ROWS/S", "REASON");

    /** Opens the ledger of a database. */
    public interface LedgerOpener {
        MigrationsClient open(String jdbcUrl) throws CliException;
    }

    /** Something to do with an opened client. */
    private interface Use {
        int with(MigrationsClient client) throws CliException, InterruptedException;
    }

    private final LedgerOpener ledgers;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--gateway",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "The gateway's HTTP address")
    private @Nullable String gateway;

    @Option(
            names = "--database",
            paramLabel = "JDBC_URL|NAME",
            scope = ScopeType.INHERIT,
            description = "A database whose ledger is read directly, or, of a gateway, the database's name")
    private @Nullable String database;

    @Option(
            names = "--format",
            paramLabel = "text|json",
            scope = ScopeType.INHERIT,
            description = "Output (default: text)")
    private OutputFormat format = OutputFormat.TEXT;

    public MigrationsCommand(LedgerOpener ledgers) {
        this.ledgers = ledgers;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec().commandLine(), "Expected: list, show, pause, resume, cancel, retry, approve, throttle or wait");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists migrations, the latest first.")
    int list() throws CliException, InterruptedException {
        return use(client -> {
            List<JsonNode> migrations = client.list();
            if (format == OutputFormat.JSON) {
                out().println(JsonMapper.shared().createArrayNode().addAll(migrations));
                return ExitCode.FINE;
            }
            List<List<String>> rows = new ArrayList<>(List.of(HEADING));
            migrations.stream()
                    .sorted((a, b) ->
                            Long.compare(b.path("id").asLong(0), a.path("id").asLong(0)))
                    .forEach(m -> rows.add(row(m)));
            out().print(TextTable.of(rows));
            out().flush();
            return ExitCode.FINE;
        });
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one migration.")
    int show(@Parameters(paramLabel = "ID") long id) throws CliException, InterruptedException {
        return use(client -> print(client.show(id)));
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Stops a migration after its current batch.")
    int pause(@Parameters(paramLabel = "ID") long id) throws CliException, InterruptedException {
        return order(id, Order.of("pause"));
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Lets a paused migration go on.")
    int resume(@Parameters(paramLabel = "ID") long id) throws CliException, InterruptedException {
        return order(id, Order.of("resume"));
    }

    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = "Ends a migration; the table is left as it was before the statement.")
    int cancel(@Parameters(paramLabel = "ID") long id) throws CliException, InterruptedException {
        return order(id, Order.of("cancel"));
    }

    @Command(name = "retry", mixinStandardHelpOptions = true, description = "Takes a failed migration up again.")
    int retry(@Parameters(paramLabel = "ID") long id) throws CliException, InterruptedException {
        return order(id, Order.of("retry"));
    }

    @Command(name = "approve", mixinStandardHelpOptions = true, description = "Approves what waits for approval.")
    int approve(
            @Parameters(paramLabel = "ID") long id,
            @Option(names = "--reason", required = true, description = "For the audit trail") String reason)
            throws CliException, InterruptedException {
        return order(id, new Order("approve", reason, 0));
    }

    @Command(name = "throttle", mixinStandardHelpOptions = true, description = "Limits a migration's rows a second.")
    int throttle(
            @Parameters(paramLabel = "ID") long id,
            @Parameters(paramLabel = "ROWS_PER_SECOND", description = "0: no limit of its own") long rows)
            throws CliException, InterruptedException {
        return order(id, new Order("throttle", "", rows));
    }

    @Command(
            name = "wait",
            mixinStandardHelpOptions = true,
            description =
                    "Waits until a migration has ended: 0 complete, 1 failed or cancelled, 4 approval pending, 5 the"
                            + " time is over. Interrupting it never cancels the migration.")
    int await(
            @Parameters(paramLabel = "ID") long id,
            @Option(
                            names = "--timeout",
                            paramLabel = "TIME",
                            defaultValue = "15min",
                            description = "At most (default: ${DEFAULT-VALUE})")
                    String timeout)
            throws CliException, InterruptedException {
        Duration patience = Units.duration(timeout)
                .orElseThrow(() -> new CliException(ExitCode.USAGE, "--timeout: expected a duration such as 15min"));
        return use(client -> await(client, id, System.nanoTime() + patience.toNanos()));
    }

    private int await(MigrationsClient client, long id, long deadline) throws CliException, InterruptedException {
        while (true) {
            JsonNode migration = client.show(id);
            String state = migration.path("state").asString("");
            if (ENDED.contains(state)) {
                print(migration);
                return state.equals("complete") ? ExitCode.FINE : ExitCode.NEGATIVE;
            }
            if (state.equals("awaiting_approval")) {
                print(migration);
                return ExitCode.APPROVAL_PENDING;
            }
            if (System.nanoTime() > deadline) {
                print(migration);
                return ExitCode.TIMED_OUT;
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    private int order(long id, Order order) throws CliException, InterruptedException {
        return use(client -> print(client.command(id, order)));
    }

    private int use(Use use) throws CliException, InterruptedException {
        try (MigrationsClient client = open()) {
            return use.with(client);
        }
    }

    private MigrationsClient open() throws CliException {
        if (database != null && database.contains("://")) {
            return ledgers.open(database);
        }
        String given =
                gateway != null ? gateway : System.getenv().getOrDefault("SLUICE_GATEWAY", "http://127.0.0.1:8432");
        try {
            return new HttpMigrationsClient(
                    URI.create(given),
                    Optional.ofNullable(System.getenv("SLUICE_TOKEN")),
                    Optional.ofNullable(database));
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, "--gateway: expected a URL such as http://127.0.0.1:8432");
        }
    }

    private int print(JsonNode migration) {
        if (format == OutputFormat.JSON) {
            out().println(migration);
            return ExitCode.FINE;
        }
        List<List<String>> rows = new ArrayList<>();
        migration
                .properties()
                .forEach(e -> rows.add(
                        List.of(e.getKey(), e.getValue().asString(e.getValue().toString()))));
        out().print(TextTable.of(rows));
        out().flush();
        return ExitCode.FINE;
    }

    private static List<String> row(JsonNode m) {
        String total = m.path("rowsTotal").asLong(0) == 0
                ? ""
                : "/" + m.path("rowsTotal").asLong(0);
        return List.of(
                m.path("id").asString(""),
                m.path("database").asString(""),
                m.path("table").asString(""),
                m.path("state").asString(""),
                m.path("phase").asString(""),
                m.path("rowsDone").asLong(0) + total,
                m.path("rowsPerSecond").asString("0"),
                m.path("reason").asString(""));
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private CommandSpec spec() {
        CommandSpec given = spec;
        if (given == null) {
            throw new IllegalStateException("run by picocli only");
        }
        return given;
    }
}
