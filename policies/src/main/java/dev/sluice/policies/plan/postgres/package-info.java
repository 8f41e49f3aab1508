/**
 * How PostgreSQL is brought to where a statement leads without stopping anybody.
 *
 * <p>Pure, as all planning. May use {@code plan}'s values, {@code rule}, {@code facts}, {@code ddl} and {@code sql}.
 */
@NullMarked
package dev.sluice.policies.plan.postgres;

import org.jspecify.annotations.NullMarked;
