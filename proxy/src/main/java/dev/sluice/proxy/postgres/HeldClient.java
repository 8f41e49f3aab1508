package dev.sluice.proxy.postgres;

import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.LoopTask;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TransactionStatus;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane sees of a session whose message is held. Runs on a virtual thread, and reaches the session by
 * tasks on its event loop.
 */
final class HeldClient implements HeldSession {
    private static final long CANCEL_AGAIN_MS = 100;

    private final Interception interception;
    private final EventLoop loop;
    private final SessionInfo info;
    private final TransactionStatus transaction;
    private final boolean alone;
    private volatile boolean abandoned;
    private volatile @Nullable Thread worker;

    HeldClient(
            Interception interception, EventLoop loop, SessionInfo info, TransactionStatus transaction, boolean alone) {
        this.interception = interception;
        this.loop = loop;
        this.info = info;
        this.transaction = transaction;
        this.alone = alone;
    }

    /** Starts the work that this session is lent to, and does then on the event loop what follows from it. */
    <T> void run(String what, Supplier<T> work, Consumer<T> then) {
        run(what, () -> {
            T result = work.get();
            LoopTask.hand(loop, () -> then.accept(result));
        });
    }

    /** Starts the work that this session is lent to. */
    void run(String what, Runnable work) {
        Thread thread =
                Thread.ofVirtual().name(what + " of session " + info.id()).unstarted(work);
        worker = thread;
        thread.start();
    }

    /**
     * The client has gone or wants to cancel while it only waits for what is committed: whoever waits looks for that, and
     * must not be torn from telling it, or from taking a failed migration back.
     */
    void stopWaiting() {
        abandoned = true;
    }

    /** The client has gone or wants to cancel. */
    void abandon() {
        abandoned = true;
        Thread thread = worker;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public SessionInfo info() {
        return info;
    }

    @Override
    public TransactionStatus transaction() {
        return transaction;
    }

    @Override
    public boolean isAlone() {
        return alone;
    }

    /**
     * Waits for the answer even when interrupted, since the connection must not be left in the middle of one; but asks
     * the server to cancel, and again, since a request may come before the statement has begun.
     */
    @Override
    public QueryResult query(String sql) throws ServerErrorException {
        if (abandoned) {
            throw new ServerErrorException(Refusals.cancelled());
        }
        CompletableFuture<QueryResult> result = new CompletableFuture<>();
        if (!LoopTask.hand(loop, () -> interception.injected.inject(this, sql, result))) {
            throw new ServerErrorException(Refusals.cancelled());
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return interrupted ? result.get(CANCEL_AGAIN_MS, TimeUnit.MILLISECONDS) : result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    LoopTask.hand(loop, interception.injected::cancel);
                } catch (TimeoutException e) {
                    LoopTask.hand(loop, interception.injected::cancel);
                } catch (ExecutionException e) {
                    throw failure(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static ServerErrorException failure(ExecutionException e) {
        if (e.getCause() instanceof ServerErrorException failed) {
            return new ServerErrorException(failed.error());
        }
        throw new IllegalStateException(e.getCause());
    }

    @Override
    public void notice(Notice notice) {
        LoopTask.hand(loop, () -> interception.notice(this, notice));
    }

    @Override
    public boolean abandoned() {
        return abandoned;
    }
}
