/** Tests of the rehearsal, without a gateway. */
@NullMarked
package dev.sluice.proxy.rehearsal;

import org.jspecify.annotations.NullMarked;
