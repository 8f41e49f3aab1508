/**
 * PostgreSQL's data plane: listeners, the relay between a client's and a server's channel, and what becomes of messages
 * that are held.
 *
 * <p>A client's channel and its server's share an event loop, so a session has no locks. On the hot path bytes are
 * forwarded as they were received; {@link dev.sluice.proxy.postgres.ClientSide} and {@link
 * dev.sluice.proxy.postgres.ServerSide} read only headers. Knows the control plane through {@link
 * dev.sluice.proxy.intercept.Interceptor} alone, and calls it on virtual threads.
 */
@NullMarked
package dev.sluice.proxy.postgres;

import org.jspecify.annotations.NullMarked;
