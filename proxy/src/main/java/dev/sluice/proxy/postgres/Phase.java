package dev.sluice.proxy.postgres;

import dev.sluice.proxy.session.ServerError;

/**
 * Where a session stands that holds a message.
 *
 * <pre>
 * Open ─ message of interest ─▶ Settling ─ all before it answered ─▶ Judging ─┬─ forward, answer ──────────▶ Open
 *  ▲                               │ an error came: forward ─▶ Open           ├─ refuse ─▶ Failing ────────▶ Open
 *  │                                                                          └─ substitute ─▶ Answering
 *  └──────────── Ending ◀─ ReadyForQuery of a transaction with substitutes ── Reporting ◀─┘
 * </pre>
 */
sealed interface Phase {

    /** Messages pass. */
    record Open() implements Phase {}

    /** Everything that was sent before the held message is to be answered first. */
    record Settling(Held held) implements Phase {}

    /** A virtual thread judges, and may inject statements. */
    record Judging(Held held, HeldClient client) implements Phase {}

    /** A statement that fails is on its way to the server, so that its transaction fails too. */
    record Failing(Held held, ServerError error) implements Phase {}

    /** The answer to a substitute is awaited. Only COPY data passes from the client. */
    record Answering(SubstituteAnswer answer, boolean simple) implements Phase {}

    /** The interceptor is told the outcome; what the server says meanwhile waits. */
    record Reporting(HeldClient client) implements Phase {}

    /** The interceptor is told that the transaction has ended; its last messages are kept back. */
    record Ending(HeldClient client, boolean simple) implements Phase {}
}
