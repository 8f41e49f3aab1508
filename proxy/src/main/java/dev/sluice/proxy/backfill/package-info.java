/**
 * Fills columns of existing rows in small batches, each committed together with its cursor.
 *
 * <p>Builds the SQL and sizes the batches; who calls it, and when, is elsewhere.
 */
@NullMarked
package dev.sluice.proxy.backfill;

import org.jspecify.annotations.NullMarked;
