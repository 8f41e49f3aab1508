/**
 * What reads the signals: SQL to the server, to its replicas, and the configuration's own queries. Blocks, on threads of
 * the throttle's; knows how to reach a database from whoever makes it.
 */
@NullMarked
package dev.sluice.proxy.throttle.sensor;

import org.jspecify.annotations.NullMarked;
