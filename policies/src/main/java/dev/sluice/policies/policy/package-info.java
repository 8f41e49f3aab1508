/**
 * The policy: which action a rule has, for whom, where and when.
 *
 * <p>Reads no clock and no file: the moment is part of {@link PolicyContext}, the file's content is handed in. May use
 * {@code sql}, {@code ddl} and {@code facts}.
 */
@NullMarked
package dev.sluice.policies.policy;

import org.jspecify.annotations.NullMarked;
