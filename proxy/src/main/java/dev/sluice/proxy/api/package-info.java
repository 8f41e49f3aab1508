/**
 * HTTP: health, metrics, migrations, audit, policies, throttle, events, feature flags and the console.
 *
 * <p>Requests run on virtual threads and may block. Errors are RFC 9457 problem documents. What changes something asks
 * for a token or a caller on this machine.
 */
@NullMarked
package dev.sluice.proxy.api;

import org.jspecify.annotations.NullMarked;
