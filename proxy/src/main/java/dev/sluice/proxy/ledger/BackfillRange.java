package dev.sluice.proxy.ledger;

/**
 * A range of the key that a backfill goes by, as the ledger keeps it.
 *
 * @param number among the ranges of its step
 * @param cursor how far it has come, JSON
 * @param rowsDone rows filled in it
 */
public record BackfillRange(int number, String cursor, long rowsDone) {}
