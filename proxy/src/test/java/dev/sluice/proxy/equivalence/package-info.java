/** A statement through the gateway must end where the same statement ends without it. */
@NullMarked
package dev.sluice.proxy.equivalence;

import org.jspecify.annotations.NullMarked;
