package dev.sluice.proxy.postgres;

import dev.sluice.proxy.session.ServerError;

/** What the relay itself refuses, with SQLSTATE, reason and the way out. */
final class Refusals {
    private Refusals() {}

    static ServerError tooLong(int limitBytes) {
        return ServerError.of(
                "54000",
                0,
                "statement is too long to be judged",
                "The gateway reads statements of up to " + limitBytes + " bytes.",
                "Send the data as parameters or with COPY.");
    }

    static ServerError tooManyStatements() {
        return ServerError.of(
                "54000",
                0,
                "too many prepared statements that change the schema",
                "The gateway remembers each of them.",
                "Close the ones that are no longer needed.");
    }

    static ServerError executeByName(String name) {
        return ServerError.of(
                "0A000",
                0,
                "EXECUTE of the schema change that was prepared as \"" + name + "\"",
                "The statement was prepared by the protocol, and would run without being judged.",
                "Execute it by the protocol, or send its text.");
    }

    static ServerError functionCall() {
        return ServerError.of(
                "0A000",
                0,
                "a call by number of a function that may change the schema",
                "What it runs cannot be told beforehand, and a FunctionCall message has no text for the audit trail.",
                "Call it by SELECT.");
    }

    static ServerError afterFailure() {
        return ServerError.of(
                "25P02",
                0,
                "current transaction is aborted, commands ignored until end of transaction block",
                "A schema change in one message with the end of a failed transaction cannot be judged.",
                "Send ROLLBACK by itself first.");
    }

    static ServerError cancelled() {
        return ServerError.of("57014", 0, "canceling statement due to user request", "", "");
    }
}
