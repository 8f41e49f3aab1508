/**
 * {@code sluice demo}: a database, a gateway in front of it, an application at work, and a schema change that would have
 * stopped it.
 *
 * <p>Talks to the gateway only as clients do: JDBC and HTTP. What differs between servers is behind
 * {@link dev.sluice.proxy.demo.DemoEngine}.
 */
@NullMarked
package dev.sluice.proxy.demo;

import org.jspecify.annotations.NullMarked;
