package dev.sluice.proxy.ledger;

/**
 * The right to run a migration. Each take-over counts the epoch up, so what a former owner still tries to write is
 * refused.
 */
public record Lease(long migration, String owner, long epoch) {}
