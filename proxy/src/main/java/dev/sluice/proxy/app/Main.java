package dev.sluice.proxy.app;

import dev.sluice.proxy.cli.Commands;
import dev.sluice.proxy.cli.ConfigCommand;
import dev.sluice.proxy.cli.LintCommand;
import dev.sluice.proxy.cli.ServeCommand;
import dev.sluice.proxy.lint.GatewayEngine;
import java.time.Clock;

/** The process's entry. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(commands().run(args));
    }

    static Commands commands() {
        return new Commands()
                .add("serve", () -> new ServeCommand(Gateway::start))
                .add("config", () -> new ConfigCommand(policies -> {}))
                .add("lint", () -> new LintCommand(new GatewayEngine(), Clock.systemUTC()));
    }
}
