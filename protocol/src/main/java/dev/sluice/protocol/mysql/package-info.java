/**
 * MySQL's and MariaDB's client/server protocol: packet headers, the handshake, what the server's packets mean, and
 * encoders for what a gateway says itself.
 *
 * <p>Works on buffers; opens no socket and knows no session. Result rows are decoded for the gateway's own questions
 * only.
 */
@NullMarked
package dev.sluice.protocol.mysql;

import org.jspecify.annotations.NullMarked;
