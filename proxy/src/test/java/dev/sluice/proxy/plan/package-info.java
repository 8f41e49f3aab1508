/** Plans carried out on a real server, compared with the statement run directly. */
@NullMarked
package dev.sluice.proxy.plan;

import org.jspecify.annotations.NullMarked;
