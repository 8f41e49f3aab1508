package dev.sluice.proxy.migration;

import dev.sluice.proxy.ledger.Signals;
import dev.sluice.proxy.ledger.Wanted;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What reaches a migration under way from outside: operators' words, the loss of its lease, the gateway's end. Thread-safe.
 */
public final class RunSignals {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Signals signals;
    private boolean lost;
    private boolean stopping;
    private Runnable interrupt = () -> {};
    private Wanted serving = Wanted.RUN;

    RunSignals(Signals initial) {
        this.signals = initial;
    }

    void set(Signals now) {
        lock.lock();
        try {
            boolean word = now.wanted() != signals.wanted();
            signals = now;
            // Again with each heartbeat: the word may have come before there was anything to break off.
            if (word || interruptedNow()) {
                alert();
            }
        } finally {
            lock.unlock();
        }
    }

    void lose() {
        lock.lock();
        try {
            lost = true;
            alert();
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        lock.lock();
        try {
            stopping = true;
            alert();
        } finally {
            lock.unlock();
        }
    }

    private void alert() {
        changed.signalAll();
        if (interruptedNow()) {
            interrupt.run();
        }
    }

    private boolean interruptedNow() {
        return lost || stopping || signals.wanted() != serving;
    }

    /** Whether what is being done should be broken off. */
    public boolean interrupted() {
        lock.lock();
        try {
            return interruptedNow();
        } finally {
            lock.unlock();
        }
    }

    boolean lost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    boolean stopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /** What is wanted; what is done from here on serves that, and is broken off once something else is wanted. */
    Wanted begin() {
        lock.lock();
        try {
            serving = signals.wanted();
            return serving;
        } finally {
            lock.unlock();
        }
    }

    /** What the work that was last begun serves. */
    Wanted serving() {
        lock.lock();
        try {
            return serving;
        } finally {
            lock.unlock();
        }
    }

    Wanted wanted() {
        lock.lock();
        try {
            return signals.wanted();
        } finally {
            lock.unlock();
        }
    }

    /** 0: no limit. */
    public long maxRowsPerSecond() {
        lock.lock();
        try {
            return signals.maxRowsPerSecond();
        } finally {
            lock.unlock();
        }
    }

    /** Sets what breaks off the long statement that is about to run; it is called from another thread, or at once. */
    public void onInterrupt(Runnable action) {
        lock.lock();
        try {
            interrupt = action;
            if (interruptedNow()) {
                action.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the time is over or something has changed. */
    void pause(Duration duration) throws InterruptedException {
        lock.lock();
        try {
            long left = duration.toNanos();
            Signals before = signals;
            while (left > 0 && !lost && !stopping && signals.wanted() == before.wanted()) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits like {@link #pause}, but only for the end. */
    boolean awaitEnd(Duration duration) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(duration.toMillis());
            while (left > 0 && !lost && !stopping) {
                left = changed.awaitNanos(left);
            }
            return lost || stopping;
        } finally {
            lock.unlock();
        }
    }
}
