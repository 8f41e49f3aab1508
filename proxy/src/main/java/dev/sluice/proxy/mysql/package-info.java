/**
 * The data plane for MySQL and MariaDB: listener, sessions, relaying by packet header, and the holding of statements
 * that are judged.
 *
 * <p>Event loops only move bytes; judging runs on virtual threads. Uses {@code session} and {@code intercept}; knows no
 * policy and no ledger.
 */
@NullMarked
package dev.sluice.proxy.mysql;

import org.jspecify.annotations.NullMarked;
