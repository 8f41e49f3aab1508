/**
 * What a schema change is carried out as: phases with their steps and SQL. The planners of the engines are in the
 * packages below.
 *
 * <p>Values only. May use {@code ddl}; a planner also {@code facts} and {@code rule}.
 */
@NullMarked
package dev.sluice.policies.plan;

import org.jspecify.annotations.NullMarked;
