package dev.sluice.proxy.backfill;

/**
 * What one batch of a client's own statement did, in a transaction that is still open.
 *
 * @param cursor where it ended
 * @param rows that the statement would have counted
 * @param finished whether nothing is left
 */
public record Walked(BackfillCursor cursor, long rows, boolean finished) {}
