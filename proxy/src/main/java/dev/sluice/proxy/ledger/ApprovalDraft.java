package dev.sluice.proxy.ledger;

/**
 * A statement that asks to be approved.
 *
 * @param fingerprint of the exact statement and of the facts it was judged on
 * @param target what it changes, in words
 * @param why the rules that it waits for, and their reason
 * @param requestedBy the user that the client authenticated as
 * @param session who asked, for the record
 */
public record ApprovalDraft(
        String fingerprint, String target, String statement, String why, String requestedBy, String session) {}
