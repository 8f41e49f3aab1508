package dev.sluice.proxy.cli;

import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.ConfigurationTable;
import dev.sluice.proxy.config.PolicyConfig;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice config check FILE}. */
@Command(name = "config", mixinStandardHelpOptions = true, description = "Checks a configuration file.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ConfigCommand implements Runnable {

    /** Looks whether the policy of a configuration can be used. */
    public interface PolicyCheck {
        void check(PolicyConfig policies) throws ConfigException;
    }

    @Spec
    private CommandSpec spec;

    private final PolicyCheck policyCheck;

    public ConfigCommand(PolicyCheck policyCheck) {
        this.policyCheck = policyCheck;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Expected: sluice config check FILE");
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Reads the file as `sluice serve` would and says what is wrong; exit code 2 if anything is.")
    int check(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(names = "--print", description = "Print every value that holds, secrets masked.") boolean print)
            throws ConfigException {
        Configuration configuration = new ConfigurationReader(System.getenv()).readFile(file);
        policyCheck.check(configuration.policies());
        var out = spec.commandLine().getOut();
        if (print) {
            ConfigurationTable.of(configuration).forEach(row -> out.println(row.key() + ": " + row.value()));
        } else {
            out.println(file + ": fine");
        }
        return ExitCode.FINE;
    }
}
