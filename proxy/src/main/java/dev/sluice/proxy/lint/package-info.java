/**
 * {@code sluice lint}: reads migration files of the usual tools, judges their statements with the gateway's own engine and
 * reports what it finds in the forms that terminals, editors and build servers read.
 *
 * <p>Runs nothing. May use {@code policies} and {@code catalog}, knows nothing of sessions and migrations.
 */
@NullMarked
package dev.sluice.proxy.lint;

import org.jspecify.annotations.NullMarked;
