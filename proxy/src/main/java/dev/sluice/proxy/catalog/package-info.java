/**
 * The gateway's own connections to the databases it serves, and readers of their catalogs, which fill {@code Facts}.
 *
 * <p>Blocks; for virtual threads only. Knows held sessions and facts, no protocol and no migration.
 */
@NullMarked
package dev.sluice.proxy.catalog;

import org.jspecify.annotations.NullMarked;
