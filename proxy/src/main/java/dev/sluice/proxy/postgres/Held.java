package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.FrontendMessage;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;

/** A message of the client's that has been taken out of the stream. Owns its bytes until it is forwarded or dropped. */
sealed interface Held {

    ByteBuf message();

    /** Whether it belongs to the simple protocol: what is injected before it may be a Query too. */
    default boolean isSimple() {
        return this instanceof Query || this instanceof FunctionCall;
    }

    record Query(ByteBuf message, String text, Charset charset) implements Held {}

    /** A function that is called by its number. */
    record FunctionCall(ByteBuf message, FrontendMessage.FunctionCall call) implements Held {}

    /** The Execute of a portal whose statement's text is of interest. */
    record Execute(ByteBuf message, Prepared.Statement statement) implements Held {}

    /** The Parse of a gateway command: the server never sees it. */
    record VirtualParse(ByteBuf message, String name, Prepared.Statement statement) implements Held {}

    record VirtualBind(ByteBuf message, FrontendMessage.Bind bind, Prepared.Statement statement) implements Held {}

    /** @param portal whether a portal is described, not a statement */
    record VirtualDescribe(ByteBuf message, boolean portal, Prepared.Portal as) implements Held {}

    record VirtualExecute(ByteBuf message, Prepared.Portal portal, int maxRows) implements Held {}

    record VirtualClose(ByteBuf message, FrontendMessage.Close close) implements Held {}

    /**
     * A message that is refused without being judged: its text was too long and is gone, or it would run unseen what was
     * prepared.
     */
    record Refused(ByteBuf message, boolean simple, ServerError error) implements Held {
        @Override
        public boolean isSimple() {
            return simple;
        }
    }
}
