package dev.sluice.proxy.mysql;

import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/** Takes the outcome of a forwarded message, before the client learns of it. */
interface ReportedAnswer {

    /**
     * Called on the event loop, once.
     *
     * @param last the answer's last packet, which the client has not got; whoever is called owns it
     */
    void ended(Optional<ServerError> error, ByteBuf last);

    /** The connection was lost before the answer came. */
    void lost();
}
