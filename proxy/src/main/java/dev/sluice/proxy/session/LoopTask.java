package dev.sluice.proxy.session;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/** How the control plane's threads hand something to a session's event loop. Safe from any thread. */
public final class LoopTask {
    private LoopTask() {}

    /**
     * Runs the task on the loop, after what was handed over before.
     *
     * @return false when the loop has ended with the gateway, and the session with it: there is nobody to do it for
     */
    public static boolean hand(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }
}
