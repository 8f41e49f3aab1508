/** Messages and their order, without a socket. */
@NullMarked
package dev.sluice.protocol.postgres;

import org.jspecify.annotations.NullMarked;
