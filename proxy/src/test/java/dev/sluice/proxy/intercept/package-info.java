@NullMarked
package dev.sluice.proxy.intercept;

import org.jspecify.annotations.NullMarked;
