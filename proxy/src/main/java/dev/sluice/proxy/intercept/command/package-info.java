/**
 * Gateway commands: SHOW SLUICE …, ALTER SLUICE …, and EXPLAIN of a schema change, from text to table.
 *
 * <p>Runs nothing on a client's connection. May use {@code migration} and {@code audit}; what belongs to other parts of
 * the gateway comes through {@link dev.sluice.proxy.intercept.command.GatewayView}.
 */
@NullMarked
package dev.sluice.proxy.intercept.command;

import org.jspecify.annotations.NullMarked;
