package dev.sluice.proxy.cli;

import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.ConfigSchema;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.ConfigurationTable;
import dev.sluice.proxy.config.PolicyConfig;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice config check FILE} and {@code sluice config schema}. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Checks a configuration file, or prints its JSON Schema.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ConfigCommand implements Runnable {

    /** Looks whether the policy of a configuration can be used. */
    public interface PolicyCheck {
        void check(PolicyConfig policies) throws ConfigException;
    }

    @Spec
    private CommandSpec spec;

    private final PolicyCheck policyCheck;
    private final Supplier<ConfigSchema> schema;

    public ConfigCommand(PolicyCheck policyCheck, Supplier<ConfigSchema> schema) {
        this.policyCheck = policyCheck;
        this.schema = schema;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Expected: sluice config check FILE, or sluice config schema");
    }

    @Command(
            name = "schema",
            mixinStandardHelpOptions = true,
            description = "Prints the JSON Schema of the configuration, for editors.")
    int schema(@Option(names = "--policy", description = "The one of a policy in a file of its own.") boolean policy) {
        ConfigSchema made = schema.get();
        spec.commandLine().getOut().println(policy ? made.policy() : made.configuration());
        return ExitCode.FINE;
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
