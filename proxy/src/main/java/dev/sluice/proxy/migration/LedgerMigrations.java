package dev.sluice.proxy.migration;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.plan.Plan;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.ledger.Draft;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.ledger.Ledger.OperatorWord;
import dev.sluice.proxy.ledger.LedgerEntry;
import dev.sluice.proxy.ledger.PlanJson;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Migrations in the ledgers of the databases they belong to. {@link #start} looks for ledgers on every configured
 * upstream and takes up what a killed gateway has left.
 */
public final class LedgerMigrations implements Migrations, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerMigrations.class);
    private static final Duration DISCOVERY_INTERVAL = Duration.ofMinutes(1);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(3);
    private static final Duration FIRST_LOOK = Duration.ofMillis(10);
    private static final Duration LAST_LOOK = Duration.ofMillis(200);
    private static final Duration COMMAND_PATIENCE = Duration.ofSeconds(3);
    /** How many idle databases of one server are looked at at once. */
    private static final int GLANCES = 2;

    private final ControlPools pools;
    private final RunnerSettings settings;
    private final Function<ControlUpstream, Engine> engines;
    private final MigrationEnd.Listener listener;
    private final Map<DatabaseRef, DatabaseRunner> runners = new ConcurrentHashMap<>();
    private final Map<String, Semaphore> glances = new ConcurrentHashMap<>();
    private final Set<DatabaseRef> installed = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param engines what serves an upstream, by its kind
     * @param listener is told how the migrations end that are run here
     */
    public LedgerMigrations(
            ControlPools pools,
            RunnerSettings settings,
            Function<ControlUpstream, Engine> engines,
            MigrationEnd.Listener listener) {
        this.listener = listener;
        this.pools = pools;
        this.settings = settings;
        this.engines = engines;
    }

    /** Begins to look for ledgers, in the background. */
    public void start() {
        Thread.ofVirtual().name("ledger discovery").start(() -> {
            try {
                while (!closed) {
                    pools.upstreams().forEach(this::discover);
                    Thread.sleep(DISCOVERY_INTERVAL);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void discover(ControlUpstream upstream) {
        try {
            ControlDatabase any = pools.database(upstream.name(), upstream.isPostgres() ? upstream.database() : "");
            for (String name : engine(upstream.name()).databasesWithLedger(any)) {
                runner(new DatabaseRef(upstream.name(), name));
            }
        } catch (SQLException | RuntimeException e) {
            // One server that cannot be searched must not keep the others from being.
            LOG.debug("upstream {} not searched for ledgers", upstream.name(), e);
        }
    }

    /** The databases in which a ledger was found or made. */
    public Set<DatabaseRef> databases() {
        return Set.copyOf(runners.keySet());
    }

    /** Those in which something is to be run or running, by whichever gateway. */
    public Set<DatabaseRef> busy() {
        return runners.entrySet().stream()
                .filter(runner -> runner.getValue().busy())
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    private DatabaseRunner runner(DatabaseRef ref) {
        Semaphore shared = glances.computeIfAbsent(ref.upstream(), u -> new Semaphore(GLANCES));
        return runners.computeIfAbsent(
                ref, r -> new DatabaseRunner(engine(r.upstream()), database(r), settings, shared, listener));
    }

    private Engine engine(String upstream) {
        return engines.apply(pools.upstream(upstream));
    }

    private ControlDatabase database(DatabaseRef ref) {
        return pools.database(ref.upstream(), ref.database());
    }

    @Override
    public Proposal propose(Request request) throws MigrationException {
        Engine engine = engine(request.database().upstream());
        return with(request.database(), connection -> {
            ensureInstalled(request.database(), engine.ledger(), connection);
            Plan plan = request.decision().plan();
            long id = engine.ledger().propose(connection, draft(request, plan));
            Plan prepared = engine.prepare(connection, PlanJson.numbered(plan, id), id);
            Decision decision = request.decision();
            return new Proposal(
                    id,
                    engine.ledger().expandedSql(connection, id),
                    new Decision(decision.verdict(), decision.findings(), decision.action(), decision.why(), prepared));
        });
    }

    private static Draft draft(Request request, Plan plan) {
        Optional<QualifiedName> target = plan.target();
        return new Draft(
                target.flatMap(QualifiedName::schema).orElse(""),
                target.map(QualifiedName::name).orElse(""),
                request.statement(),
                plan,
                request.requestedBy(),
                request.searchPath(),
                request.session());
    }

    private void ensureInstalled(DatabaseRef ref, Ledger ledger, Connection connection) throws SQLException {
        if (installed.contains(ref)) {
            return;
        }
        if (!ledger.installed(connection)) {
            ledger.install(connection);
        }
        installed.add(ref);
    }

    @Override
    public void expanding(DatabaseRef database, long id) throws MigrationException {
        with(database, connection -> {
            engine(database.upstream()).ledger().expanding(connection, id);
            return true;
        });
    }

    @Override
    public void expanded(DatabaseRef database, long id) throws MigrationException {
        with(database, connection -> {
            engine(database.upstream()).ledger().expanded(connection, id);
            return true;
        });
    }

    @Override
    public void discard(DatabaseRef database, long id) throws MigrationException {
        with(database, connection -> {
            Engine engine = engine(database.upstream());
            engine.ledger().discard(connection, id);
            if (engine.ledger().find(connection, id).isEmpty()) {
                engine.forget(connection, id);
            }
            return true;
        });
    }

    @Override
    public Optional<Migration> find(DatabaseRef database, long id) throws MigrationException {
        Ledger ledger = engine(database.upstream()).ledger();
        return with(
                database,
                connection -> installed.contains(database) || ledger.installed(connection)
                        ? ledger.find(connection, id).map(entry -> shown(database, entry))
                        : Optional.empty());
    }

    @Override
    public List<Migration> list(DatabaseRef database) throws MigrationException {
        Ledger ledger = engine(database.upstream()).ledger();
        return with(
                database,
                connection -> ledger.installed(connection)
                        ? ledger.list(connection).stream()
                                .map(entry -> shown(database, entry))
                                .toList()
                        : List.of());
    }

    @Override
    public Migration await(DatabaseRef database, long id, Duration patience, Consumer<Migration> progress)
            throws MigrationException, InterruptedException {
        runner(database).wake();
        long begin = System.nanoTime();
        long told = begin;
        Duration look = FIRST_LOOK;
        Optional<Migration> last = Optional.empty();
        while (true) {
            try {
                last = Optional.of(find(database, id).orElseThrow(() -> LedgerErrors.unknown(id)));
            } catch (MigrationException e) {
                if (last.isEmpty() || !LedgerErrors.passing(e)) {
                    throw e;
                }
            }
            Migration now = last.get();
            if (now.state().ended() || System.nanoTime() - begin > patience.toNanos()) {
                return now;
            }
            if (System.nanoTime() - told > PROGRESS_INTERVAL.toNanos()) {
                told = System.nanoTime();
                progress.accept(now);
            }
            runner(database).pause(id, look);
            look = look.multipliedBy(2).compareTo(LAST_LOOK) > 0 ? LAST_LOOK : look.multipliedBy(2);
        }
    }

    @Override
    public Migration command(DatabaseRef database, long id, Command command, String operator)
            throws MigrationException {
        Ledger ledger = engine(database.upstream()).ledger();
        Migration before = find(database, id).orElseThrow(() -> LedgerErrors.unknown(id));
        boolean accepted = with(database, connection -> switch (command) {
            case Command.Pause pause -> ledger.command(connection, id, OperatorWord.PAUSE);
            case Command.Resume resume -> ledger.command(connection, id, OperatorWord.RESUME);
            case Command.Cancel cancel -> ledger.command(connection, id, OperatorWord.CANCEL);
            case Command.Retry retry -> ledger.command(connection, id, OperatorWord.RETRY);
            case Command.Approve approve -> ledger.command(connection, id, OperatorWord.APPROVE);
            case Command.Throttle throttle -> {
                ledger.limit(connection, id, throttle.rowsPerSecond());
                yield true;
            }
        });
        if (!accepted) {
            throw LedgerErrors.notNow(before, command);
        }
        LOG.info("migration {} of {}: {} by {}", id, database, command, operator);
        runner(database).wake();
        return settled(database, id, command);
    }

    /** The state that a command leads to, when it is reached soon; else the state on the way there. */
    private Migration settled(DatabaseRef database, long id, Command command) throws MigrationException {
        long begin = System.nanoTime();
        while (true) {
            Migration now = find(database, id).orElseThrow(() -> LedgerErrors.unknown(id));
            boolean there = switch (command) {
                case Command.Pause pause ->
                    now.state() == Migration.State.PAUSED || now.state().ended();
                case Command.Cancel cancel ->
                    now.state() == Migration.State.CANCELLED || now.state() == Migration.State.COMPLETE;
                case Command.Resume resume -> true;
                case Command.Retry retry -> true;
                case Command.Approve approve -> true;
                case Command.Throttle throttle -> true;
            };
            if (there || System.nanoTime() - begin > COMMAND_PATIENCE.toNanos()) {
                return now;
            }
            try {
                Thread.sleep(FIRST_LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return now;
            }
        }
    }

    private static Migration shown(DatabaseRef database, LedgerEntry entry) {
        return new Migration(
                database,
                entry.id(),
                entry.draft().targetSchema().isEmpty()
                        ? entry.draft().targetName()
                        : entry.draft().targetSchema() + "." + entry.draft().targetName(),
                entry.draft().statement(),
                Migration.State.valueOf(entry.state().name()),
                entry.phase(),
                entry.progress().rowsDone(),
                entry.progress().rowsTotal(),
                entry.progress().rowsPerSecond(),
                entry.progress().reason(),
                entry.sqlState(),
                entry.about(),
                entry.draft().requestedBy(),
                entry.owner(),
                entry.createdAt(),
                entry.updatedAt());
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T with(DatabaseRef ref, Work<T> work) throws MigrationException {
        ControlDatabase database = database(ref);
        try (Connection connection = database.connection()) {
            return work.run(connection);
        } catch (SQLException e) {
            if (installed.remove(ref) && LedgerErrors.missing(e)) {
                // The database was dropped and made anew since the ledger was installed: once more, from the start.
                return with(ref, work);
            }
            throw LedgerErrors.of(e, database);
        }
    }

    /** Lets batches under way end and gives all leases back; what is unfinished another gateway takes up. */
    @Override
    public void close() {
        closed = true;
        runners.values().forEach(DatabaseRunner::close);
    }
}
