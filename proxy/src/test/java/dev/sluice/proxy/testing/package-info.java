/** What tests of this module share: real servers and a session to judge statements with. */
@NullMarked
package dev.sluice.proxy.testing;

import org.jspecify.annotations.NullMarked;
