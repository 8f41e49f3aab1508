/**
 * What must be known of a real database to judge a schema change: asked for with {@link FactsRequest}, answered with
 * {@link Facts}.
 *
 * <p>Values only; who reads them from a catalog is elsewhere. May use {@code sql} and {@code ddl}.
 */
@NullMarked
package dev.sluice.policies.facts;

import org.jspecify.annotations.NullMarked;
