/**
 * Traffic for a gateway that is to be warmed up: a server that says little and clients that say much. The JVM keeps what it
 * learns of the relay's code, and starts the next gateway with it. Schema changes are rehearsed before the demo's PostgreSQL.
 *
 * <p>Uses the protocol's encoders and JDBC; knows no gateway.
 */
@NullMarked
package dev.sluice.proxy.rehearsal;

import org.jspecify.annotations.NullMarked;
