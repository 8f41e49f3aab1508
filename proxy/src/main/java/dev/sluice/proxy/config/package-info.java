/**
 * The configuration: one YAML file, every value also from the environment, read into one record a feature with typed
 * units.
 *
 * <p>{@link dev.sluice.proxy.config.ConfigurationReader} is the way in. What is wrong is collected and told with line,
 * key and what was expected; nothing is guessed. Knows none of the features that it configures: {@code app} hands each its
 * own record.
 */
@NullMarked
package dev.sluice.proxy.config;

import org.jspecify.annotations.NullMarked;
