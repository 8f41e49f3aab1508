/**
 * The typed model of schema changes.
 *
 * <p>Values only: what a statement says, with the text it said it in. Names are as the server would fold them. Nothing
 * here judges. May use {@code sql}.
 */
@NullMarked
package dev.sluice.policies.ddl;

import org.jspecify.annotations.NullMarked;
