package dev.sluice.proxy.session;

/** Where a session stands between messages. */
public enum TransactionStatus {
    IDLE,
    /** In a transaction block, or in the implicit transaction of an extended-protocol pipeline. */
    IN_TRANSACTION,
    /** In a transaction block that failed: only ROLLBACK helps. */
    FAILED
}
