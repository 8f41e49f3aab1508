/**
 * Statements that write a table as a whole: reading them, and saying whether they may be carried out in batches. Pure;
 * knows tokens only, and refuses what it does not understand.
 */
@NullMarked
package dev.sluice.policies.dml;

import org.jspecify.annotations.NullMarked;
