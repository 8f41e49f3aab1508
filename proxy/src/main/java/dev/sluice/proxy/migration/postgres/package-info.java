/**
 * How migrations are carried out on PostgreSQL.
 *
 * <p>Work runs under the role that asked, on a connection of the migration's own; the ledger is written in the same
 * transaction. May use the catalog's role scope, the ledger and backfill.
 */
@NullMarked
package dev.sluice.proxy.migration.postgres;

import org.jspecify.annotations.NullMarked;
