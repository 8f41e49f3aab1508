/** The whole gateway as clients see it: drivers, migration tools, and statements that try to get past it. */
@NullMarked
package dev.sluice.proxy.gateway;

import org.jspecify.annotations.NullMarked;
