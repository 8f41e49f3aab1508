package dev.sluice.proxy.session;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;

/**
 * Event loops that ask for the time as little as they can. Netty's wake up once a second even when nothing is planned, so
 * that each wait sets a timer and takes it back; and they take the time before and after what they do, in case a loop is to be
 * suspended. A relayed statement is two waits with next to nothing between them.
 */
final class RelayLoops extends MultiThreadIoEventLoopGroup {

    RelayLoops(int count, IoHandlerFactory handlers) {
        // A lambda's factory is one whose loops never change their threads, and need not be measured.
        super(count, new DefaultThreadFactory("relay", true), (IoHandlerFactory) handlers::newHandler);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlers, Object... args) {
        return new Loop(this, executor, handlers);
    }

    private static final class Loop extends SingleThreadIoEventLoop {
        Loop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers) {
            super(parent, executor, handlers);
        }

        /** @return -1 when nothing is planned: whoever has something to do wakes the loop */
        @Override
        protected long deadlineNanos() {
            return nextScheduledTaskDeadlineNanos();
        }
    }
}
