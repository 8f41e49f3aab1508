/**
 * How migrations are carried out on MySQL and MariaDB, where each schema change commits by itself: what is done is
 * looked up before it is done again.
 *
 * <p>May use the catalog's connections, ledger, backfill and throttle.
 */
@NullMarked
package dev.sluice.proxy.migration.mysql;

import org.jspecify.annotations.NullMarked;
