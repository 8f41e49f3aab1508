package dev.sluice.proxy.demo;

import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Programs that the demo runs; what they say goes to a log file. */
final class Commands {

    private Commands() {}

    static Process start(Path folder, Path log, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // Maven finds the Java that runs this.
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    /** Runs a program to its end, which must be a good one. An interrupt ends it. */
    static void run(Path folder, Path log, String... command) throws IOException, CliException, InterruptedException {
        Process process = start(folder, log, command);
        try {
            if (process.waitFor() != 0) {
                throw new CliException(ExitCode.UNREACHABLE, command[0] + " failed: " + lastLine(log));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /** The last line of a log that says something. */
    static String lastLine(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.stream()
                    .filter(line -> !line.isBlank())
                    .reduce((a, b) -> b)
                    .orElse("it said nothing");
        } catch (MalformedInputException e) {
            return "see " + log;
        } catch (IOException e) {
            return "it said nothing";
        }
    }
}
