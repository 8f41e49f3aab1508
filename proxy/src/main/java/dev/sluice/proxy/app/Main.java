package dev.sluice.proxy.app;

import dev.sluice.proxy.cli.AuditCommand;
import dev.sluice.proxy.cli.Commands;
import dev.sluice.proxy.cli.ConfigCommand;
import dev.sluice.proxy.cli.ExplainCommand;
import dev.sluice.proxy.cli.InitCommand;
import dev.sluice.proxy.cli.LintCommand;
import dev.sluice.proxy.cli.MigrationsCommand;
import dev.sluice.proxy.cli.ServeCommand;
import dev.sluice.proxy.cli.WarmUpCommand;
import dev.sluice.proxy.demo.DemoCommand;
import dev.sluice.proxy.lint.GatewayEngine;
import java.time.Clock;

/** The process's entry. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        // Sampled stack traces of buffers are for tests; here they would cost two per cent of a transaction's CPU.
        if (System.getProperty("io.netty.leakDetection.level") == null) {
            System.setProperty("io.netty.leakDetection.level", "disabled");
        }
        leaveProcessorsToTheRelay();
        System.exit(commands().run(args));
    }

    /**
     * What does not relay runs on virtual threads, on half of the processors, so that a burst of it never takes all of
     * them. Before 24 a virtual thread can keep its carrier while it blocks: there must be enough of those then.
     */
    private static void leaveProcessorsToTheRelay() {
        String carriers = "jdk.virtualThreadScheduler.parallelism";
        if (Runtime.version().feature() >= 24 && System.getProperty(carriers) == null) {
            int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
            System.setProperty(carriers, String.valueOf(half));
        }
    }

    private static CommandLineDatabases databases() {
        return new CommandLineDatabases();
    }

    static Commands commands() {
        return new Commands()
                .add("serve", () -> new ServeCommand(Gateway::start))
                .add("lint", () -> new LintCommand(new GatewayEngine(), Policies::compile, Clock.systemUTC()))
                .add("demo", () -> new DemoCommand(Gateway::start))
                .add("explain", () -> new ExplainCommand(databases(), Policies::compile))
                .add("migrations", () -> new MigrationsCommand(databases()))
                .add("init", () -> new InitCommand(databases()))
                .add("audit", AuditCommand::new)
                .add("warm-up", () -> new WarmUpCommand(Gateway::start))
                .add("config", () -> new ConfigCommand(Policies::compile, Policies::schema));
    }
}
