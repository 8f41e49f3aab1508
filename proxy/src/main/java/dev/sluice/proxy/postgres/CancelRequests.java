package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.CancelKey;
import io.netty.channel.EventLoop;

/** Tells the server that the statement of a session is to stop. */
interface CancelRequests {

    /** @param done runs on the loop once the server has taken the request, or could not be reached */
    void forward(EventLoop loop, CancelKey key, Runnable done);
}
