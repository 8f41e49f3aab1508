/**
 * The text of statements: dialects, lexical rules, scanning, splitting and classifying.
 *
 * <p>Works on bytes and strings alone and knows nothing of the grammar of a statement beyond its leading words. May use
 * nothing of ours.
 */
@NullMarked
package dev.sluice.policies.sql;

import org.jspecify.annotations.NullMarked;
