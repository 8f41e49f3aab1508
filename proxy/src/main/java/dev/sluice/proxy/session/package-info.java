/**
 * What the two protocols' sessions have in common: who is connected, and what the control plane may do with a client's own upstream connection while a message is held.
 *
 * <p>Knows no protocol and no policy.
 */
@NullMarked
package dev.sluice.proxy.session;

import org.jspecify.annotations.NullMarked;
