/** Tests of MySQL's messages as bytes. */
@NullMarked
package dev.sluice.protocol.mysql;

import org.jspecify.annotations.NullMarked;
