package dev.sluice.proxy.mysql;

/**
 * A prepared statement that is judged when it is executed.
 *
 * @param sql as it was sent
 * @param modes by which the server has read it; whatever they are when it is executed
 */
record Prepared(byte[] sql, SessionModes modes) {}
