package dev.sluice.proxy.ledger;

/**
 * What operators say to a migration under way.
 *
 * @param maxRowsPerSecond 0: no limit of its own
 */
public record Signals(Wanted wanted, long maxRowsPerSecond) {}
