package dev.sluice.proxy.migration;

/**
 * One database of an upstream: what a control pool and a ledger belong to.
 *
 * @param upstream the upstream's name in the configuration
 * @param database PostgreSQL: the database; MySQL: empty, since one ledger serves a server
 */
public record DatabaseRef(String upstream, String database) {}
