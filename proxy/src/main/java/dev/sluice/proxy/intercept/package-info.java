/**
 * From a statement that was held to an effect: facts, judgement, audit, ledger, answer.
 *
 * <p>Runs on virtual threads and may block. Knows sessions through {@code session}, never a channel.
 */
@NullMarked
package dev.sluice.proxy.intercept;

import org.jspecify.annotations.NullMarked;
