/**
 * From a schema change to a {@link dev.sluice.policies.judge.Decision}: what becomes of it, by which rules, and the plan.
 *
 * <p>Pure: the same change, facts, context and policy give the same decision. Reads no clock, opens no connection. May
 * use every other package of this module.
 */
@NullMarked
package dev.sluice.policies.judge;

import org.jspecify.annotations.NullMarked;
