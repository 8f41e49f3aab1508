package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.MySqlBackfill.Halves;
import dev.sluice.proxy.ledger.BackfillRange;
import dev.sluice.proxy.ledger.BackfillRanges;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The ranges of a step's backfill as the ledger has them, while they are filled from here. There is one at first; who finds
 * none to work on has somebody halve the one it is in. Thread-safe: a range is its lane's alone from {@link #take} until
 * {@link #putBack}, or until it is walked.
 */
final class RangeBook {

    private final BackfillRanges ledger;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Integer, BackfillCursor> cursors = new TreeMap<>();
    private final Set<Integer> taken = new HashSet<>();
    private int hungry;
    private int numbers;

    private RangeBook(BackfillRanges ledger) {
        this.ledger = ledger;
    }

    /** A range and how far it has come. */
    record Range(int number, BackfillCursor cursor) {}

    /**
     * Where a batch leads.
     *
     * @param near its range from then on
     * @param far another one that was a part of it
     */
    record Move(Range near, Optional<Range> far) {
        static Move whole(Range moved) {
            return new Move(moved, Optional.empty());
        }
    }

    /**
     * Reads them, in a transaction in which the lease is held.
     *
     * @param first where the step begins; or stood, in a ledger that knew no ranges
     */
    static RangeBook open(Connection connection, BackfillRanges ledger, BackfillCursor first) throws SQLException {
        RangeBook book = new RangeBook(ledger);
        for (BackfillRange range : ledger.read(connection)) {
            book.set(new Range(range.number(), BackfillCursor.read(range.cursor())));
        }
        if (book.cursors.isEmpty()) {
            Range whole = new Range(0, first);
            ledger.add(connection, written(whole));
            book.set(whole);
        }
        return book;
    }

    private void set(Range range) {
        cursors.put(range.number(), range.cursor());
        numbers = Math.max(numbers, range.number() + 1);
    }

    private static BackfillRange written(Range range) {
        return new BackfillRange(
                range.number(), range.cursor().write(), range.cursor().done());
    }

    /** One that nobody works on and that is not walked yet. */
    Optional<Range> take() {
        lock.lock();
        try {
            Optional<Range> free = free().findFirst();
            free.ifPresent(range -> taken.add(range.number()));
            return free;
        } finally {
            lock.unlock();
        }
    }

    private Stream<Range> free() {
        return cursors.entrySet().stream()
                .filter(entry ->
                        !taken.contains(entry.getKey()) && !entry.getValue().walked())
                .map(entry -> new Range(entry.getKey(), entry.getValue()));
    }

    void putBack(Range range) {
        lock.lock();
        try {
            taken.remove(range.number());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there may be something to take. */
    void await(Duration most) throws InterruptedException {
        lock.lock();
        hungry++;
        try {
            if (free().findAny().isEmpty()) {
                changed.await(most.toNanos(), TimeUnit.NANOSECONDS);
            }
        } finally {
            hungry--;
            lock.unlock();
        }
    }

    /** Whether somebody waits for a range that is not there. */
    boolean wanted() {
        lock.lock();
        try {
            return hungry > free().count();
        } finally {
            lock.unlock();
        }
    }

    /** The further half becomes a range of its own. */
    Move halved(int number, Halves halves) {
        lock.lock();
        try {
            return new Move(new Range(number, halves.near()), Optional.of(new Range(numbers++, halves.far())));
        } finally {
            lock.unlock();
        }
    }

    /** Writes down, in the batch's own transaction, where it leads. */
    void record(Connection connection, Move move) throws SQLException {
        ledger.advance(connection, written(move.near()));
        if (move.far().isPresent()) {
            ledger.add(connection, written(move.far().get()));
        }
    }

    /** The step is done: forgets all of them, in the transaction that says so. */
    void clear(Connection connection) throws SQLException {
        ledger.clear(connection);
    }

    /** The transaction has committed. */
    void committed(Move move) {
        lock.lock();
        try {
            set(move.near());
            move.far().ifPresent(this::set);
            if (move.near().cursor().walked()) {
                taken.remove(move.near().number());
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The one with which the step begins, before it is known how far it goes; or, once all are walked, ends. */
    Optional<Range> edge() {
        lock.lock();
        try {
            boolean walked = cursors.values().stream().allMatch(BackfillCursor::walked);
            return cursors.entrySet().stream()
                    .findFirst()
                    .filter(entry -> walked || !entry.getValue().begun())
                    .map(entry -> new Range(entry.getKey(), entry.getValue()));
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing is left to take for anybody. */
    boolean walked() {
        lock.lock();
        try {
            return cursors.values().stream().allMatch(BackfillCursor::walked);
        } finally {
            lock.unlock();
        }
    }

    /** Rows filled, in all of them. */
    long done() {
        lock.lock();
        try {
            return cursors.values().stream().mapToLong(BackfillCursor::done).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Rows to fill, estimated. */
    long total() {
        lock.lock();
        try {
            return cursors.values().stream().mapToLong(BackfillCursor::total).sum();
        } finally {
            lock.unlock();
        }
    }
}
