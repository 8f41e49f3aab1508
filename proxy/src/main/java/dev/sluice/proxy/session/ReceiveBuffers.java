package dev.sluice.proxy.session;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/** How much is read at once, and from what memory: little from a session that says little, much during COPY. */
final class ReceiveBuffers {
    private static final int MIN_BYTES = 512;
    private static final int INITIAL_BYTES = 2048;
    /** From servers: together with the high water mark it bounds what a client that does not read costs. */
    private static final int MAX_FROM_SERVER_BYTES = 64 << 10;
    /** From clients: COPY FROM STDIN costs a third less CPU with 256 KiB than with 64, and a sixth less with this again. */
    private static final int MAX_FROM_CLIENT_BYTES = 512 << 10;

    /** Their state is in the handles that they make, one a channel: they can be shared. */
    private static final RecvByteBufAllocator FROM_SERVER =
            new AdaptiveRecvByteBufAllocator(MIN_BYTES, INITIAL_BYTES, MAX_FROM_SERVER_BYTES);

    private static final RecvByteBufAllocator FROM_CLIENT =
            new AdaptiveRecvByteBufAllocator(MIN_BYTES, INITIAL_BYTES, MAX_FROM_CLIENT_BYTES);

    /**
     * An arena a loop; pages of 8 KiB in chunks of 2 MiB. Three of the largest buffers have room in a chunk that the small
     * ones keep alive: in a smaller one each second piece of a COPY needs a new chunk, which is zeroed, used once and given
     * back. In a larger one a gateway that has been busy would give less back.
     */
    private static final ByteBufAllocator MEMORY =
            new PooledByteBufAllocator(true, 1, Transport.defaultEventLoops(), 8192, 8);

    private ReceiveBuffers() {}

    static RecvByteBufAllocator fromServer() {
        return FROM_SERVER;
    }

    static RecvByteBufAllocator fromClient() {
        return FROM_CLIENT;
    }

    static ByteBufAllocator memory() {
        return MEMORY;
    }
}
