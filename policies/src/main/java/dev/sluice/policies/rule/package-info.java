/**
 * The rules by canonical id: each says what it catches, why that hurts, and the safe way.
 *
 * <p>A rule is one small class; it sees a parsed change and facts, never a connection. May use {@code sql}, {@code ddl},
 * {@code facts} and {@code policy}.
 */
@NullMarked
package dev.sluice.policies.rule;

import org.jspecify.annotations.NullMarked;
