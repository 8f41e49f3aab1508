/**
 * From a schema change to a {@link Decision}: what becomes of it, and the phases with their SQL.
 *
 * <p>Pure: the same change, facts, context and policy give the same decision. Reads no clock, opens no connection. May
 * use every other package of this module.
 */
@NullMarked
package dev.sluice.policies.plan;

import org.jspecify.annotations.NullMarked;
