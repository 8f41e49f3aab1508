/**
 * The command line: what people type and what they read. Data on stdout, everything else on stderr, exit codes by
 * {@link dev.sluice.proxy.cli.ExitCode}.
 *
 * <p>Starts gateways only through {@link dev.sluice.proxy.cli.GatewayLauncher}, which {@code app} provides.
 */
@NullMarked
package dev.sluice.proxy.cli;

import org.jspecify.annotations.NullMarked;
