/**
 * Main and wiring: makes everything by constructors, in an order that lets clients in first, and takes it down in the
 * other direction.
 *
 * <p>May use every other package; none uses it.
 */
@NullMarked
package dev.sluice.proxy.app;

import org.jspecify.annotations.NullMarked;
