/**
 * Migrations: proposing, expanding, running, commanding and waiting for them.
 */
@NullMarked
package dev.sluice.proxy.migration;

import org.jspecify.annotations.NullMarked;
