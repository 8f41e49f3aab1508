/**
 * PostgreSQL's frontend/backend protocol, versions 3.0 and 3.2: what stands where in a message, and the few messages
 * that are decoded or written. No sockets, no sessions.
 *
 * <p>Every read is checked against the message's end; what does not fit is a {@link
 * dev.sluice.protocol.postgres.ProtocolException}. May use Netty's buffers and nothing of ours.
 */
@NullMarked
package dev.sluice.protocol.postgres;

import org.jspecify.annotations.NullMarked;
