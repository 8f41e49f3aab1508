package dev.sluice.proxy.cli;

import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.PolicyConfig;
import dev.sluice.proxy.lint.AppliedMigrations;
import dev.sluice.proxy.lint.Baseline;
import dev.sluice.proxy.lint.Baselines;
import dev.sluice.proxy.lint.DialectGuess;
import dev.sluice.proxy.lint.Engine;
import dev.sluice.proxy.lint.FactsSource;
import dev.sluice.proxy.lint.LintOptions;
import dev.sluice.proxy.lint.LintReport;
import dev.sluice.proxy.lint.Linter;
import dev.sluice.proxy.lint.Severity;
import dev.sluice.proxy.lint.report.ReportFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice lint}: judges migration files with the gateway's own engine. */
@Command(
        name = "lint",
        mixinStandardHelpOptions = true,
        description = "Judges migration files as the gateway would, without running them.",
        footer = {
            "",
            "A comment -- sluice:ignore RULE-ID REASON silences one rule in one statement.",
            "Exit codes: 0 nothing found, 1 findings, 2 wrong usage, 3 the database could not be reached."
        })
public final class LintCommand implements Callable<Integer> {

    /** What lets the command end with 1. */
    enum FailOn {
        ERROR,
        WARNING,
        NEVER
    }

    /** Makes the policy that a configuration file holds. */
    public interface PolicySource {
        Policy policy(PolicyConfig config) throws ConfigException;
    }

    private final Engine engine;
    private final PolicySource policies;
    private final Clock clock;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, and folders whose .sql files are meant.")
    private List<Path> paths;

    @Option(names = "--dialect", description = "postgres, mysql or mariadb. Default: what the files look like.")
    private Optional<Dialect> dialect;

    @Option(
            names = "--server-version",
            paramLabel = "VERSION",
            description =
                    "Which server the files are for: 16, 8.0.36. Default: PostgreSQL 18, MySQL 8.4, MariaDB 11.8.")
    private Optional<String> serverVersion;

    @Option(
            names = "--against",
            paramLabel = "JDBC_URL",
            description = "Judge on the facts of this database instead of assumptions, and report conflicts with it.")
    private Optional<String> against;

    @Option(
            names = "--user",
            description =
                    "Who connects to the database of --against; the password is taken from SLUICE_AGAINST_PASSWORD.")
    private Optional<String> user;

    @Option(
            names = "--base",
            paramLabel = "DIR|GIT-REF",
            description =
                    "What is merged already: only files that are new since are judged, and their versions compared.")
    private Optional<String> base;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A gateway's configuration file, whose policy is judged by. Default: the rules' own actions.")
    private Optional<Path> config;

    @Option(names = "--environment", description = "For the policy's scopes.", defaultValue = "")
    private String environment;

    @Option(names = "--down", description = "Judge the scripts that take changes back too.")
    private boolean down;

    @Option(
            names = "--format",
            description = "text, json, sarif, junit, github, gitlab or markdown. Default: ${DEFAULT-VALUE}",
            defaultValue = "TEXT")
    private ReportFormat format;

    @Option(names = "--output", paramLabel = "FILE", description = "Where the report goes instead of stdout.")
    private Optional<Path> output;

    @Option(
            names = "--fail-on",
            description = "What makes the exit code 1: error, warning or never. Default: ${DEFAULT-VALUE}",
            defaultValue = "WARNING")
    private FailOn failOn;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields before the command runs
    public LintCommand(Engine engine, PolicySource policies, Clock clock) {
        this.engine = engine;
        this.policies = policies;
        this.clock = clock;
    }

    @Override
    public Integer call() throws CliException, ConfigException, InterruptedException {
        Policy policy = policy();
        try {
            Optional<Baseline> baseline =
                    base.isPresent() ? Optional.of(Baselines.read(base.get(), paths)) : Optional.empty();
            LintReport report =
                    against.isPresent() ? lintAgainst(against.get(), baseline, policy) : lintAssuming(baseline, policy);
            write(report);
            return exitCode(report);
        } catch (NoSuchFileException e) {
            throw new CliException(ExitCode.USAGE, "there is no file or folder " + e.getMessage());
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, e.getMessage() == null ? e.toString() : e.getMessage());
        } catch (SQLException e) {
            throw new CliException(ExitCode.UNREACHABLE, "the database cannot be asked: " + e.getMessage());
        }
    }

    private Policy policy() throws ConfigException {
        return config.isPresent()
                ? policies.policy(new ConfigurationReader(System.getenv()).readPolicies(config.get()))
                : Policy.DEFAULTS;
    }

    private LintReport lintAssuming(Optional<Baseline> baseline, Policy policy)
            throws IOException, SQLException, CliException {
        Dialect spoken = dialect.isPresent() ? dialect.get() : DialectGuess.of(paths);
        ServerVersion version = version(spoken);
        if (dialect.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("Judged for " + version + "; --dialect and --server-version say otherwise.");
        }
        return new Linter(engine, options(LexicalRules.defaults(version), AppliedMigrations.NONE, policy))
                .lint(paths, baseline, FactsSource.assumed(version));
    }

    private LintReport lintAgainst(String url, Optional<Baseline> baseline, Policy policy)
            throws IOException, SQLException, CliException {
        if (serverVersion.isPresent()) {
            throw new CliException(ExitCode.USAGE, "--server-version: the database of --against says its own");
        }
        try (LintDatabase database = LintDatabase.open(url, user, password())) {
            Dialect spoken = database.version().dialect();
            if (dialect.isPresent() && dialect.get() != spoken) {
                throw new CliException(
                        ExitCode.USAGE,
                        "--dialect " + word(dialect.get()) + ": the database of --against is " + word(spoken));
            }
            return new Linter(engine, options(database.rules(), database.applied(), policy))
                    .lint(paths, baseline, database);
        }
    }

    private static String word(Dialect dialect) {
        return dialect.name().toLowerCase(Locale.ROOT);
    }

    private static Optional<String> password() {
        return Optional.ofNullable(System.getenv("SLUICE_AGAINST_PASSWORD"));
    }

    private ServerVersion version(Dialect spoken) throws CliException {
        try {
            return DialectGuess.version(spoken, serverVersion);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, "--server-version: " + e.getMessage());
        }
    }

    private LintOptions options(LexicalRules rules, AppliedMigrations applied, Policy policy) {
        PolicyContext context =
                new PolicyContext(environment, "", Optional.empty(), "", "sluice lint", "", -1, -1, clock.instant());
        return new LintOptions(rules, policy, context, down, applied);
    }

    private void write(LintReport report) throws IOException {
        boolean colour = output.isEmpty() && Terminal.colourOn(Terminal.present());
        String text = format.write(report, engine, colour);
        if (output.isPresent()) {
            Files.writeString(output.get(), text);
        } else {
            PrintWriter out = spec.commandLine().getOut();
            out.print(text);
            out.flush();
        }
    }

    private int exitCode(LintReport report) {
        boolean failed = switch (failOn) {
            case ERROR -> report.findings().stream().anyMatch(f -> f.severity() == Severity.ERROR);
            case WARNING -> !report.findings().isEmpty();
            case NEVER -> false;
        };
        return failed ? ExitCode.NEGATIVE : ExitCode.FINE;
    }
}
