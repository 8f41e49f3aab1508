package dev.sluice.proxy.cli;

import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice init JDBC_URL}: installs or upgrades the ledger. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = {
            "Installs or upgrades the ledger, the schema sluice in the database that is to be migrated.",
            "The gateway does so by itself where its role may; this is for a role that may when the gateway's may not."
        })
public final class InitCommand implements Callable<Integer> {

    /** Ledgers of databases. */
    public interface Ledgers {

        void install(String jdbcUrl) throws SQLException, CliException;

        /**
         * The SQL that installs it.
         *
         * @param gatewayRole is granted what it needs; empty: it runs the script itself
         */
        String script(String jdbcUrl, String gatewayRole) throws CliException;
    }

    private final Ledgers ledgers;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "JDBC_URL")
    private String url = "";

    @Option(names = "--print", description = "Print the SQL and run nothing")
    private boolean print;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "With --print: the gateway's role, to be granted its rights")
    private String role = "";

    public InitCommand(Ledgers ledgers) {
        this.ledgers = ledgers;
    }

    @Override
    public Integer call() throws SQLException, CliException {
        CommandSpec given = spec;
        if (given == null) {
            throw new IllegalStateException("run by picocli only");
        }
        if (print) {
            given.commandLine().getOut().println(ledgers.script(url, role));
        } else {
            ledgers.install(url);
            given.commandLine().getErr().println("The ledger is installed.");
        }
        return ExitCode.FINE;
    }
}
