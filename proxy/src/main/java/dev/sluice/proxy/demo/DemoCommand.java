package dev.sluice.proxy.demo;

import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import dev.sluice.proxy.cli.GatewayLauncher;
import dev.sluice.proxy.cli.Terminal;
import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.JdbcUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice demo}. Whatever it brought up it takes down, also on Ctrl-C. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Shows a column being added to a busy table, through a gateway and directly.",
        footer = {
            "",
            "Starts a database with a million rows, a gateway in front of it and an application at work, then adds a"
                    + " column that would have locked the table, and shows what the application felt of it."
        })
public final class DemoCommand implements Callable<Integer> {

    /** How long the clean-up waits for what was just being started. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final int DELETIONS = 50;

    private final GatewayLauncher launcher;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private volatile @Nullable Path data;
    private volatile boolean interrupted;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--engine",
            description = "Database that is started: postgres or mysql (default: ${DEFAULT-VALUE})",
            paramLabel = "ENGINE")
    private String engine = "postgres";

    @Option(
            names = "--url",
            description = {
                "A MySQL or MariaDB server that is there already, with a user who may make and drop databases:",
                "jdbc:mysql://host:3306/?user=…&password=…"
            },
            paramLabel = "JDBC_URL")
    private @Nullable String url;

    @Option(names = "--rows", description = "Rows of each table (default: ${DEFAULT-VALUE})")
    private int rows = 1_000_000;

    @Option(names = "--rate", description = "Transactions a second of the application (default: ${DEFAULT-VALUE})")
    private int rate = 150;

    @Option(
            names = "--seconds",
            description = "How long the application runs undisturbed first (default: ${DEFAULT-VALUE})")
    private int seconds = 5;

    @Option(names = "--keep", description = "Leave database and gateway running until Ctrl-C")
    private boolean keep;

    public DemoCommand(GatewayLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Integer call() throws SQLException, CliException, ConfigException, InterruptedException, IOException {
        if (!engine.equals("postgres") && !engine.equals("mysql")) {
            throw new CliException(ExitCode.USAGE, "--engine " + engine + ": expected postgres or mysql");
        }
        if (rows < 1000 || rate < 1 || rate > 10_000 || seconds < 1) {
            throw new CliException(
                    ExitCode.USAGE, "expected --rows from 1000, --rate from 1 to 10000, --seconds from 1");
        }
        CountDownLatch over = new CountDownLatch(1);
        Thread demo = Thread.currentThread();
        Thread hook = new Thread(() -> closeOnInterrupt(demo, over), "clean-up");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return run();
        } catch (SQLException | InterruptedException e) {
            if (interrupted) {
                // What the clean-up took away from under it is no failure of the demo's.
                return ExitCode.INTERRUPTED;
            }
            throw e;
        } finally {
            close();
            deleteData();
            over.countDown();
            removeHook(hook);
        }
    }

    private int run() throws SQLException, CliException, ConfigException, InterruptedException, IOException {
        Screen screen = new Screen(out(), Terminal.present(), Terminal.colourOn(Terminal.present()));
        Path folder = Files.createTempDirectory("sluice-demo");
        data = folder;
        DemoEngine database = database(screen, folder);
        screen.line(database.product() + " on " + database.address());
        Demo demo = new Demo(screen, database, new Demo.Options(rows, rate, Duration.ofSeconds(seconds)));
        demo.fillTables();
        GatewayLauncher.Running gateway = demo.startGateway(launcher, folder);
        open(gateway);
        boolean good = demo.run(gateway);
        if (keep) {
            screen.step("Still running, until Ctrl-C");
            screen.line("through the gateway:  " + database.shellCommand(Demo.gateway(gateway)));
            screen.line("                      " + database.url(Demo.gateway(gateway)));
            screen.line("the server itself:    " + database.shellCommand(database.address()));
            gateway.http()
                    .ifPresent(http -> screen.line("the console:          http://127.0.0.1:" + http.getPort() + "/"));
            new CountDownLatch(1).await();
        }
        return Demo.exitCode(good);
    }

    private DemoEngine database(Screen screen, Path folder)
            throws SQLException, CliException, InterruptedException, IOException {
        String server = url;
        if (server != null) {
            screen.step("A database of its own on a server that is there");
            return opened(new MySqlEngine(mySql(server), () -> {}, true));
        }
        screen.step("A database server of its own, in " + folder);
        if (engine.equals("postgres")) {
            return opened(PostgresEngine.start(folder));
        }
        screen.line("Maven fetches MariaDB from Maven Central (140 MB, the first time)");
        MariaDbServer mariaDb = MariaDbServer.start(folder);
        open(mariaDb);
        return opened(new MySqlEngine(mariaDb.url(), mariaDb, false));
    }

    private static JdbcUrl mySql(String url) throws CliException {
        try {
            JdbcUrl parsed = JdbcUrl.parse(url);
            if (parsed.product() != JdbcUrl.Product.POSTGRESQL) {
                return parsed;
            }
            throw new CliException(
                    ExitCode.USAGE, "--url: expected jdbc:mysql://… or jdbc:mariadb://…; PostgreSQL is started anew");
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, "--url: " + e.getMessage());
        }
    }

    private DemoEngine opened(DemoEngine database) throws InterruptedException {
        open(database);
        return database;
    }

    private java.io.PrintWriter out() {
        CommandSpec given = spec;
        if (given == null) {
            throw new IllegalStateException("run by picocli only");
        }
        return given.commandLine().getOut();
    }

    /** What was being made when the interrupt came is closed at once: making it may have swallowed the interrupt. */
    private synchronized void open(AutoCloseable resource) throws InterruptedException {
        opened.push(resource);
        if (interrupted) {
            throw new InterruptedException();
        }
    }

    private synchronized void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                System.err.println("sluice: while cleaning up: " + e.getMessage());
            }
        }
    }

    /** Again and again, as long as a program that is on its way out still writes there. */
    private synchronized void deleteData() {
        Path folder = data;
        for (int i = 0; i < DELETIONS && folder != null && Files.exists(folder); i++) {
            delete(folder);
        }
    }

    /**
     * Whatever the demo waits in ends with what is closed here; what was just being started it closes itself, so its files
     * stay until it is through.
     */
    private void closeOnInterrupt(Thread demo, CountDownLatch over) {
        interrupted = true;
        demo.interrupt();
        close();
        try {
            boolean through = over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
            deleteData();
            Path folder = data;
            if (!through || folder != null && Files.exists(folder)) {
                System.err.println("sluice: something may be left in " + folder);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // Already on the way down: the hook is what runs.
            return;
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // A file went away by itself meanwhile: the next look does not see it.
            return;
        }
    }
}
