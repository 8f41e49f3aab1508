package dev.sluice.proxy.cli;

import dev.sluice.proxy.config.ConfigException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * The commands by name, and how each ends. A command that is named in the arguments is made alone, so that a start does
 * not pay for the others.
 */
public final class Commands {

    private final Map<String, Supplier<Object>> commands = new LinkedHashMap<>();

    public Commands add(String name, Supplier<Object> command) {
        commands.put(name, command);
        return this;
    }

    /** Runs what the arguments say. @return the exit code */
    public int run(String... args) {
        return commandLine(args).execute(args);
    }

    /** The parser for these arguments. */
    public CommandLine commandLine(String... args) {
        CommandLine root = new CommandLine(new SluiceCommand());
        boolean named = args.length > 0 && commands.containsKey(args[0]);
        commands.forEach((name, command) -> {
            if (!named || name.equals(args[0])) {
                root.addSubcommand(name, command.get());
            }
        });
        return root.setColorScheme(
                        CommandLine.Help.defaultColorScheme(Terminal.colourOn(Terminal.present()) ? Ansi.ON : Ansi.OFF))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, line, parsed) -> report(e, line));
    }

    private static int report(Exception e, CommandLine line) throws Exception {
        PrintWriter err = line.getErr();
        switch (e) {
            case CliException c -> {
                err.println("sluice: " + c.getMessage());
                return c.exitCode();
            }
            case ConfigException c -> {
                c.problems().forEach(err::println);
                return ExitCode.USAGE;
            }
            case InterruptedException i -> {
                return ExitCode.INTERRUPTED;
            }
            case java.sql.SQLException s -> {
                err.println("sluice: " + s.getMessage());
                return Databases.exitCode(s);
            }
            default -> throw e;
        }
    }
}
