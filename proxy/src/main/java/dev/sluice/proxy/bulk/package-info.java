/**
 * The applications' own backfill: which statements are one, how fast they may go, and who waits. Uses the throttle's
 * pressure and the policy's rules; knows neither protocols nor migrations.
 */
@NullMarked
package dev.sluice.proxy.bulk;

import org.jspecify.annotations.NullMarked;
