package dev.sluice.proxy.backfill;

/**
 * What one batch did, in a transaction that is still open.
 *
 * @param cursor where it ended
 * @param rows that it wrote
 * @param finished whether nothing is left
 */
public record Walked(BackfillCursor cursor, long rows, boolean finished) {}
