package dev.sluice.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * How much is read at once, and into what memory. All channels of an event loop read into one large buffer of the loop's:
 * what is received is nearly always sent on before anything else is read, and the same memory serves for the next. As long
 * as somebody holds the large buffer, such as the queue of a channel whose peer does not read, the others read into small
 * ones from the pool: a session never holds more than that.
 *
 * <p>Who keeps something of what was received for longer than a moment copies it, so that the large buffer is not held.
 */
final class ReceiveBuffers {
    /** A COPY costs a sixth less CPU with 512 KiB than with 256, and more with what does not fit in a core's cache. */
    private static final int LARGE_BYTES = 512 << 10;

    private static final int MIN_BYTES = 512;
    private static final int INITIAL_BYTES = 2048;
    /** Together with the high water mark it bounds what a client that does not read costs. */
    private static final int MAX_BYTES = 64 << 10;

    /** An arena a loop; pages of 8 KiB in chunks of 2 MiB. */
    private static final ByteBufAllocator MEMORY =
            new PooledByteBufAllocator(true, 1, Transport.defaultEventLoops(), 8192, 8);

    private static final FastThreadLocal<ByteBuf> LARGE = new FastThreadLocal<>() {
        @Override
        protected ByteBuf initialValue() {
            return MEMORY.directBuffer(LARGE_BYTES, LARGE_BYTES);
        }

        @Override
        protected void onRemoval(ByteBuf large) {
            large.release();
        }
    };

    private ReceiveBuffers() {}

    /** What every channel reads by. */
    static RecvByteBufAllocator sizes() {
        return Size::new;
    }

    static ByteBufAllocator memory() {
        return MEMORY;
    }

    /** One channel's: one read at a time, whose size follows what came last where the large buffer is not to be had. */
    private static final class Size implements RecvByteBufAllocator.ExtendedHandle {
        private int next = INITIAL_BYTES;
        private int attempted;
        private int last;
        private boolean smaller;

        @Override
        public ByteBuf allocate(ByteBufAllocator small) {
            ByteBuf large = LARGE.get();
            return large.refCnt() == 1 ? large.clear().retain() : small.ioBuffer(next);
        }

        @Override
        public int guess() {
            return next;
        }

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
            if (bytes >= next) {
                next = Math.min(next * 4, MAX_BYTES);
                smaller = false;
            } else if (bytes < next / 2) {
                next = smaller ? Math.max(next / 2, MIN_BYTES) : next;
                smaller = !smaller;
            } else {
                smaller = false;
            }
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public void reset(ChannelConfig config) {}

        @Override
        public void incMessagesRead(int messages) {}

        /** What was read goes out first. */
        @Override
        public boolean continueReading() {
            return false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return false;
        }

        @Override
        public void readComplete() {}
    }
}
