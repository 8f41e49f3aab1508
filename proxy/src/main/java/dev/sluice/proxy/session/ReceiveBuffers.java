package dev.sluice.proxy.session;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/** How much is read at once: little from a session that says little, much during COPY and large results. */
final class ReceiveBuffers {
    private static final int MIN_BYTES = 512;
    private static final int INITIAL_BYTES = 2048;
    private static final int MAX_BYTES = 64 << 10;

    /** Its state is in the handles that it makes, one a channel: it can be shared. */
    private static final RecvByteBufAllocator SHARED =
            new AdaptiveRecvByteBufAllocator(MIN_BYTES, INITIAL_BYTES, MAX_BYTES);

    private ReceiveBuffers() {}

    static RecvByteBufAllocator newAllocator() {
        return SHARED;
    }
}
