package dev.sluice.proxy.demo;

import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import dev.sluice.proxy.cli.GatewayLauncher;
import dev.sluice.proxy.config.Address;
import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.GatewayOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The demo's course, step by step. */
final class Demo {

    private static final String TABLE = "orders";
    private static final String EQUAL_TABLE = "orders_direct";
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration LONGEST_BACKFILL = Duration.ofSeconds(75);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final Screen screen;
    private final DemoEngine engine;
    private final Options options;

    /**
     * @param rows of each table
     * @param perSecond transactions of the workload
     * @param before how long the workload runs before the change
     */
    record Options(int rows, int perSecond, Duration before) {}

    /** What the workload saw before and during a change, and how long the change took. */
    private record Course(Measurement before, Measurement during, Duration took) {}

    Demo(Screen screen, DemoEngine engine, Options options) {
        this.screen = screen;
        this.engine = engine;
        this.options = options;
    }

    GatewayLauncher.Running startGateway(GatewayLauncher launcher, Path folder) throws CliException, ConfigException {
        screen.step("A gateway in front of " + engine.product());
        GatewayOptions gateway = new GatewayOptions(
                engine.upstream(),
                Optional.of("127.0.0.1:0"),
                Optional.empty(),
                Optional.empty(),
                Optional.of("127.0.0.1:0"),
                Optional.of(folder.resolve("audit.jsonl").toString()),
                Optional.empty(),
                List.of("*"));
        Configuration configuration = new ConfigurationReader(Map.of(
                        "SLUICE_DRAIN_TIMEOUT", "1s",
                        "SLUICE_LOG_LEVEL", "warn",
                        "SLUICE_THROTTLE_MIN_ROWS_PER_SECOND", String.valueOf(leastPace())))
                .readOptions(gateway);
        GatewayLauncher.Running running = launcher.launch(configuration);
        running.settle();
        screen.line("a backfill yields to the application, but keeps " + Screen.count(leastPace())
                + " rows a second, so that this ends in time");
        screen.line("clients connect to " + gateway(running) + " in place of " + engine.address());
        return running;
    }

    /** What lets the demonstration end on a machine that is busy with something else, which the throttle would yield to. */
    private long leastPace() {
        return Math.max(1, options.rows() / LONGEST_BACKFILL.toSeconds());
    }

    void fillTables() throws SQLException {
        screen.step("Two equal tables of " + Screen.count(options.rows()) + " rows: " + TABLE + ", " + EQUAL_TABLE);
        try (Connection connection = engine.connect(engine.address(), "demo")) {
            engine.fill(connection, TABLE, options.rows());
            screen.line(TABLE + " is filled");
            engine.fill(connection, EQUAL_TABLE, options.rows());
            screen.line(EQUAL_TABLE + " is filled");
        }
    }

    /** Where clients of the gateway connect. */
    static Address gateway(GatewayLauncher.Running running) {
        return new Address("127.0.0.1", running.addresses().get(0).getPort());
    }

    /** @return whether everything that was promised holds */
    boolean run(GatewayLauncher.Running running) throws SQLException, InterruptedException {
        Address gateway = gateway(running);
        Course through = throughGateway(application -> engine.connect(gateway, application));
        boolean kept = prove();
        Course direct = directly(application -> engine.connect(engine.address(), application));
        boolean equal = compareStructures();
        sideBySide(through, direct);
        return kept && equal && through.during().errors() == 0;
    }

    private Course throughGateway(Client client) throws SQLException, InterruptedException {
        screen.step("An application at work through the gateway: " + options.perSecond() + " transactions a second");
        try (Observer observer = new Observer(client, engine.qualified(TABLE));
                Workload workload = Workload.start(client, TABLE, options.rows(), options.perSecond())) {
            Measurement before = warmed(workload);
            screen.step("A client of the gateway sends: " + engine.alter(TABLE));
            Change change = Change.send(client, List.of(engine.alter(TABLE)));
            while (change.pending()) {
                show(observer, workload, before);
                Thread.sleep(LOOK_EVERY);
            }
            Change.Answer answer = change.answer();
            show(observer, workload, before);
            List<String> notices = answer.notices();
            notices.stream()
                    .skip(Math.max(0, notices.size() - 2))
                    .forEach(notice -> screen.line("the client was told: " + notice));
            screen.line("answered after " + Screen.ms(answer.took()));
            return new Course(before, workload.measure(), answer.took());
        }
    }

    private void show(Observer observer, Workload workload, Measurement before) {
        Measurement now = workload.current();
        String foreground = "app p99 " + Screen.ms(now.latency(99)) + " (before " + Screen.ms(before.latency(99))
                + "), longest pause " + Screen.ms(now.longestPause());
        Optional<Observer.Seen> seen = observer.latest();
        if (seen.isEmpty()) {
            screen.progress(0, foreground);
            return;
        }
        Observer.Seen m = seen.get();
        String throttle = m.reason().isEmpty() ? "" : ", " + m.reason();
        screen.progress(m.share(), m.phase() + rows(m) + "  |  " + foreground + "  |  " + m.state() + throttle);
    }

    private static String rows(Observer.Seen m) {
        boolean fills = m.phase().equals("backfill");
        return fills ? "  " + Screen.count(m.done()) + " rows, " + Screen.count(m.perSecond()) + "/s" : "";
    }

    private Measurement warmed(Workload workload) throws InterruptedException {
        // The first seconds show how JIT compilers and caches wake up, not how the application runs.
        Thread.sleep(options.before().compareTo(WARM_UP) < 0 ? options.before() : WARM_UP);
        workload.measure();
        Thread.sleep(options.before());
        Measurement before = workload.measure();
        screen.line("before: p50 " + Screen.ms(before.latency(50)) + ", p99 " + Screen.ms(before.latency(99))
                + ", longest pause " + Screen.ms(before.longestPause()));
        return before;
    }

    private boolean prove() throws SQLException {
        screen.step("What is there now");
        try (Connection connection = engine.connect(engine.address(), "demo")) {
            boolean kept = holds(connection, engine.promise(TABLE));
            tell(kept, engine.promiseInWords());
            return kept;
        }
    }

    private Course directly(Client client) throws SQLException, InterruptedException {
        DemoEngine.ByHand byHand = engine.byHand(EQUAL_TABLE);
        screen.step("The same without the gateway: the same work on " + EQUAL_TABLE + ", " + byHand.inWords());
        try (Workload workload = Workload.start(client, EQUAL_TABLE, options.rows(), options.perSecond())) {
            Measurement before = warmed(workload);
            Change change = Change.send(client, byHand.statements());
            long begin = System.nanoTime();
            while (change.pending()) {
                Duration pause = workload.current().longestPause();
                screen.progress(0, "longest pause without any commit " + Screen.ms(pause));
                Thread.sleep(LOOK_EVERY);
            }
            Duration took = change.answer().took();
            screen.line("answered after " + Screen.ms(Duration.ofNanos(System.nanoTime() - begin)));
            return new Course(before, workload.measure(), took);
        }
    }

    private boolean compareStructures() throws SQLException {
        try (Connection connection = engine.connect(engine.address(), "demo")) {
            boolean equal = engine.structure(connection, TABLE).equals(engine.structure(connection, EQUAL_TABLE));
            tell(equal, "both tables have the same columns, defaults and constraints now");
            return equal;
        }
    }

    private void sideBySide(Course through, Course direct) {
        screen.step("Side by side: what the application felt while the column was added");
        Measurement a = through.during();
        Measurement b = direct.during();
        screen.table(List.of(
                List.of("", "through Sluice", "directly"),
                List.of("longest pause without any commit", Screen.ms(a.longestPause()), Screen.ms(b.longestPause())),
                List.of(
                        "  (the same before the change)",
                        Screen.ms(through.before().longestPause()),
                        Screen.ms(direct.before().longestPause())),
                List.of("slowest transaction", Screen.ms(a.slowest()), Screen.ms(b.slowest())),
                List.of("p99 latency", Screen.ms(a.latency(99)), Screen.ms(b.latency(99))),
                List.of("p50 latency", Screen.ms(a.latency(50)), Screen.ms(b.latency(50))),
                List.of("transactions meanwhile", Screen.count(a.transactions()), Screen.count(b.transactions())),
                List.of("errors", Screen.count(a.errors()), Screen.count(b.errors())),
                List.of("the statement took", Screen.ms(through.took()), Screen.ms(direct.took()))));
        a.firstError().ifPresent(e -> screen.bad("an error through the gateway: " + e));
    }

    private static boolean holds(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private void tell(boolean good, String text) {
        if (good) {
            screen.good(text);
        } else {
            screen.bad(text);
        }
    }

    static int exitCode(boolean good) {
        return good ? ExitCode.FINE : ExitCode.NEGATIVE;
    }
}
