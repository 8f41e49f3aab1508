/**
 * What a lint run found, as terminals, editors and build servers read it: one class a form.
 *
 * <p>Values in, text out. May use {@code lint} alone.
 */
@NullMarked
package dev.sluice.proxy.lint.report;

import org.jspecify.annotations.NullMarked;
