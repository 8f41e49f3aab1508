/**
 * What is measured, in Prometheus' text format. Names start with {@code sluice_}, units are base units, labels have few
 * values: never SQL text, a table's name or a client's.
 *
 * <p>Knows nobody: those who have something to tell are handed {@link dev.sluice.proxy.metrics.GatewayMetrics}.
 */
@NullMarked
package dev.sluice.proxy.metrics;

import org.jspecify.annotations.NullMarked;
