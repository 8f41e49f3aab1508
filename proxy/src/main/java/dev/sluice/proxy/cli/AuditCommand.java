package dev.sluice.proxy.cli;

import dev.sluice.proxy.audit.AuditTrail;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice audit list|verify|export}: reads a trail, also while a gateway writes it. */
@Command(
        name = "audit",
        description = "Lists, verifies or exports the audit trail.",
        mixinStandardHelpOptions = true,
        subcommands = {AuditCommand.ListRecords.class, AuditCommand.Verify.class, AuditCommand.Export.class})
public final class AuditCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the field before the command runs
    public AuditCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: list, verify or export.");
    }

    /** What all have in common: which trail, and what becomes of a file that cannot be read. */
    abstract static class OverTrail implements Callable<Integer> {

        @Option(
                names = "--file",
                paramLabel = "FILE",
                defaultValue = "data/audit.jsonl",
                description = "The trail. Default: ${DEFAULT-VALUE}")
        private Path file;

        @Spec
        private CommandSpec spec;

        @SuppressWarnings("NullAway.Init") // picocli sets the fields before the command runs
        OverTrail() {}

        abstract int over(AuditTrail trail, PrintWriter out) throws IOException;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            PrintWriter err = spec.commandLine().getErr();
            AuditTrail trail = new AuditTrail(file);
            try {
                if (trail.files().isEmpty()) {
                    err.println("There is no audit trail at " + file + ". Name it with --file.");
                    return ExitCode.USAGE;
                }
                return over(trail, out);
            } catch (IOException e) {
                err.println("The audit trail " + file + " cannot be read: " + e);
                return ExitCode.USAGE;
            } finally {
                out.flush();
            }
        }

        /** How a record, or a verdict on all of them, is printed. */
        static final class Output {

            @Option(names = "--format", paramLabel = "text|json", description = "Output (default: text)")
            private OutputFormat format = OutputFormat.TEXT;

            boolean isJson() {
                return format == OutputFormat.JSON;
            }
        }
    }

    /** The last records, one a line. */
    @Command(name = "list", description = "Shows the last records.", mixinStandardHelpOptions = true)
    static final class ListRecords extends OverTrail {

        @Mixin
        private Output output = new Output();

        @Option(names = "--limit", defaultValue = "50", description = "How many. Default: ${DEFAULT-VALUE}")
        private int limit;

        @Option(names = "--kind", description = "Only attempt, outcome, migration, operation or note records.")
        private Optional<String> kind;

        @Option(names = "--role", description = "Only what this user or role did.")
        private Optional<String> role;

        @SuppressWarnings("NullAway.Init") // picocli sets the fields before the command runs
        ListRecords() {}

        @Override
        int over(AuditTrail trail, PrintWriter out) throws IOException {
            Predicate<AuditTrail.Entry> matching = entry -> kind.map(wanted -> wanted.equals(entry.text("kind")))
                            .orElse(true)
                    && role.map(wanted -> wanted.equals(entry.text("user")) || wanted.equals(entry.text("role")))
                            .orElse(true);
            List<AuditTrail.Entry> entries = trail.last(Math.max(1, limit), matching);
            for (AuditTrail.Entry entry : entries) {
                out.println(output.isJson() ? entry.line() : AuditText.line(entry));
            }
            return ExitCode.FINE;
        }
    }

    /** Checks the chain and names the first broken record. */
    @Command(
            name = "verify",
            description = "Checks that no record was changed, added or removed; exit code 1 names the first that was.",
            mixinStandardHelpOptions = true)
    static final class Verify extends OverTrail {

        @Mixin
        private Output output = new Output();

        @Option(
                names = "--expect-hash",
                paramLabel = "HASH",
                description =
                        "A hash that an earlier verify printed: it must be in the trail, so that nothing was cut off.")
        private Optional<String> expected;

        @SuppressWarnings("NullAway.Init") // picocli sets the fields before the command runs
        Verify() {}

        @Override
        int over(AuditTrail trail, PrintWriter out) throws IOException {
            AuditTrail.Verification result = trail.verify();
            Optional<String> missing = expected.isPresent()
                            && trail.last(1, entry -> entry.text("hash").equals(expected.get()))
                                    .isEmpty()
                    ? expected
                    : Optional.empty();
            out.println(output.isJson() ? AuditText.json(result, missing) : AuditText.words(result, missing));
            return result.broken().isPresent() || missing.isPresent() ? ExitCode.NEGATIVE : ExitCode.FINE;
        }
    }

    /** All records, for another system. */
    @Command(
            name = "export",
            description = "Writes all records to standard output: the lines as they are, or CSV.",
            mixinStandardHelpOptions = true)
    static final class Export extends OverTrail {

        @Option(names = "--as", defaultValue = "jsonl", description = "jsonl or csv. Default: ${DEFAULT-VALUE}")
        private String shape;

        @Spec
        private CommandSpec spec;

        @SuppressWarnings("NullAway.Init") // picocli sets the fields before the command runs
        Export() {}

        @Override
        int over(AuditTrail trail, PrintWriter out) throws IOException {
            switch (shape.toLowerCase(Locale.ROOT)) {
                case "jsonl" -> trail.forEach(entry -> out.println(entry.line()));
                case "csv" -> {
                    out.println(AuditText.CSV_HEADER);
                    trail.forEach(entry -> out.println(AuditText.csv(entry)));
                }
                default -> throw new ParameterException(spec.commandLine(), "--as is jsonl or csv, not " + shape + ".");
            }
            return ExitCode.FINE;
        }
    }
}
