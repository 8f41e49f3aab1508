/**
 * How fast backfill may go: signals, one pressure figure, and the pace that follows from it.
 *
 * <p>The arithmetic is pure and reads no clock; sensors and wiring stand apart. Knows neither migrations nor sessions.
 */
@NullMarked
package dev.sluice.proxy.throttle;

import org.jspecify.annotations.NullMarked;
