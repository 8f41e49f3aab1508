/**
 * The ledger: what is known of migrations, in the schema {@code sluice} of the database that is migrated.
 *
 * <p>SQL over connections that are handed in; opens none, starts no thread, reads no clock but the database's.
 */
@NullMarked
package dev.sluice.proxy.ledger;

import org.jspecify.annotations.NullMarked;
