package dev.sluice.proxy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice} by itself: says what there is. */
@Command(
        name = "sluice",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        description = "The database gateway that makes schema changes safe.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Exit codes: 0 fine, 1 findings or a negative answer, 2 wrong usage or configuration,"
                    + " 3 a database or gateway could not be reached, 4 approval pending, 5 the wait timed out, 130 interrupted."
        })
public final class SluiceCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }
}
