package dev.sluice.proxy.migration;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.ledger.LedgerEntry;
import dev.sluice.proxy.ledger.Position;
import dev.sluice.proxy.ledger.Progress;
import dev.sluice.proxy.ledger.Signals;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** One migration while this gateway holds its lease: where it stands, and how that is written down. */
public final class Run {

    private final Ledger ledger;
    private final ControlDatabase database;
    private final RunnerSettings settings;
    private final RunSignals signals;
    private LedgerEntry entry;
    private Position position;
    private Progress progress;
    private Optional<Moved> pending = Optional.empty();
    private long notedAt;
    private volatile long advancedAt = System.nanoTime();

    private static final Duration NOTE_INTERVAL = Duration.ofSeconds(1);

    private record Moved(Position position, Progress progress, Signals signals) {}

    Run(Ledger ledger, ControlDatabase database, RunnerSettings settings, RunSignals signals, LedgerEntry entry) {
        this.ledger = ledger;
        this.database = database;
        this.settings = settings;
        this.signals = signals;
        this.entry = entry;
        this.position = entry.position();
        this.progress = entry.progress();
    }

    public LedgerEntry entry() {
        return entry;
    }

    /** The entry with the progress made since it was read. */
    LedgerEntry now() {
        return entry.with(progress);
    }

    public Plan plan() {
        return entry.plan();
    }

    public Position position() {
        return position;
    }

    public Progress progress() {
        return progress;
    }

    public RunSignals signals() {
        return signals;
    }

    /** This migration's work on a table, as the throttle knows it. */
    public Pacer.Work work(String table) {
        return new Pacer.Work(database.upstream().name(), database.name(), entry.id(), table);
    }

    public ControlDatabase database() {
        return database;
    }

    /** Where the step behind the present one begins. */
    public Position next() {
        return behind(position);
    }

    /** Where the first step begins that is not part of the expansion. */
    public Position first() {
        return settled(Position.START);
    }

    /** Where the step behind another one begins. */
    public Position behind(Position at) {
        return settled(new Position(at.phase(), at.step() + 1, ""));
    }

    /** The step there; empty behind the last. */
    public Optional<Step> step(Position at) {
        return at.phase() < plan().phases().size()
                ? Optional.of(plan().phases().get(at.phase()).steps().get(at.step()))
                : Optional.empty();
    }

    /** The first position from here on where there is a step; behind the last phase there is none. */
    Position settled(Position from) {
        Position at = from;
        while (at.phase() < plan().phases().size()) {
            var phase = plan().phases().get(at.phase());
            if (phase.name() != PhaseName.EXPAND && at.step() < phase.steps().size()) {
                return at;
            }
            at = new Position(at.phase() + 1, 0, "");
        }
        return at;
    }

    boolean atEnd() {
        return position.phase() >= plan().phases().size();
    }

    PhaseName phase(Position at) {
        return at.phase() < plan().phases().size()
                ? plan().phases().get(at.phase()).name()
                : PhaseName.VERIFY;
    }

    /**
     * Writes down, in the open transaction of the work, how far it has come. It counts once {@link #committed} is called.
     *
     * @throws dev.sluice.proxy.ledger.LeaseLostException the transaction must be rolled back
     */
    public void advance(Connection work, Position to, Progress now) throws SQLException {
        Signals told = ledger.advance(work, entry.lease(), settings.lease(), to, phase(to), now);
        if (phase(to) != phase(position) && to.phase() < plan().phases().size()) {
            ledger.entered(work, entry.id(), phase(to), now);
        }
        pending = Optional.of(new Moved(to, now, told));
    }

    /**
     * In the open transaction of work whose progress is not written down by {@link #advance}: that the migration is this
     * gateway's still. Hears what operators want. May be called on any thread while the migration is not read again.
     *
     * @throws dev.sluice.proxy.ledger.LeaseLostException the transaction must be rolled back
     */
    public void mustHold(Connection work) throws SQLException {
        signals.set(ledger.mustHold(work, entry.lease()));
    }

    /** What the last {@link #advance} said does not count: its transaction has not committed. */
    public void rolledBack() {
        pending = Optional.empty();
    }

    /** The transaction of the last {@link #advance}, if there was one, has committed. */
    public void committed() {
        pending.ifPresent(moved -> {
            advancedAt = System.nanoTime();
            position = moved.position();
            progress = moved.progress();
            signals.set(moved.signals());
        });
        pending = Optional.empty();
    }

    /** Whether the work has prolonged the lease within a time, and has heard what is wanted of it. May be asked on any thread. */
    boolean hasAdvancedWithin(Duration time) {
        return System.nanoTime() - advancedAt < time.toNanos();
    }

    /** Writes down, by itself, how far the work has come. */
    public void advance(Position to, Progress now) throws SQLException {
        try (Connection connection = database.connection()) {
            advance(connection, to, now);
        }
        committed();
    }

    /** Says why the migration waits; nothing is written when that is known, or was said a moment ago. */
    public void note(boolean throttled, String reason) throws SQLException {
        boolean sameKind =
                progress.throttled() == throttled && progress.reason().isEmpty() == reason.isEmpty();
        boolean known = progress.reason().equals(reason) || System.nanoTime() - notedAt < NOTE_INTERVAL.toNanos();
        if (sameKind && known) {
            return;
        }
        notedAt = System.nanoTime();
        try (Connection connection = database.connection()) {
            ledger.note(connection, entry.lease(), throttled, reason);
        }
        progress = new Progress(progress.rowsDone(), progress.rowsTotal(), progress.rowsPerSecond(), throttled, reason);
    }

    /** Reads again where the migration stands, after an error left that in doubt. */
    void refresh() throws SQLException {
        pending = Optional.empty();
        try (Connection connection = database.connection()) {
            signals.set(ledger.renew(connection, entry.lease(), settings.lease()));
            entry = ledger.find(connection, entry.id()).orElse(entry);
        }
        position = entry.position();
        progress = entry.progress();
    }
}
