package dev.sluice.proxy.cli;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Judge;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.DirectiveException;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.PolicyConfig;
import dev.sluice.proxy.intercept.ExplainFormat;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice explain "STATEMENT"}: what would become of it, and why. Runs nothing. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Says what would become of a schema change, and why; runs nothing.",
        footer = {
            "",
            "Without --against the table is assumed to be large and in use. Exit code 1: refused, 4: would wait"
                    + " for approval."
        })
public final class ExplainCommand implements Callable<Integer> {

    /** Reads facts of a database, for the statement of a command line. */
    public interface FactsSource {
        Facts facts(String jdbcUrl, FactsRequest request) throws SQLException, CliException;
    }

    /** Makes the policy that a configuration or a policy file holds. */
    public interface PolicySource {
        Policy policy(PolicyConfig config) throws ConfigException;
    }

    private final FactsSource facts;
    private final PolicySource policies;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "STATEMENT")
    private String sql = "";

    @Option(
            names = "--against",
            paramLabel = "JDBC_URL",
            description = "Judge by what this database knows of the table")
    private @Nullable String against;

    @Option(
            names = "--dialect",
            paramLabel = "NAME",
            defaultValue = "postgres",
            description = "postgres, mysql or mariadb, with a version if wanted: postgres:14, mysql:8.0.36")
    private String dialect = "postgres";

    @Option(names = "--policies", paramLabel = "FILE", description = "Judge by this policy")
    private @Nullable Path policyFile;

    @Option(names = "--config", paramLabel = "FILE", description = "Judge by the policy of this configuration")
    private @Nullable Path config;

    @Option(names = "--environment", paramLabel = "NAME", description = "The environment that the policy's scopes see")
    private String environment = "";

    @Option(names = "--database", paramLabel = "NAME", description = "The database that they see")
    private String database = "";

    @Option(names = "--role", paramLabel = "NAME", description = "The role that they see")
    private String role = "";

    @Option(names = "--application", paramLabel = "NAME", description = "The application that they see")
    private String application = "sluice explain";

    @Option(names = "--client", paramLabel = "ADDRESS", description = "The client's address that they see")
    private String client = "";

    @Option(names = "--at", paramLabel = "TIME", description = "The moment that they see, 2026-12-24T18:00:00Z")
    private @Nullable Instant at;

    @Option(names = "--format", paramLabel = "text|json", description = "Output (default: text)")
    private OutputFormat format = OutputFormat.TEXT;

    public ExplainCommand(FactsSource facts, PolicySource policies) {
        this.facts = facts;
        this.policies = policies;
    }

    @Override
    public Integer call() throws CliException, SQLException, ConfigException {
        ServerVersion version = against == null ? Dialects.version(dialect) : Dialects.ofUrl(against);
        LexicalRules rules = LexicalRules.defaults(version);
        StatementText statement = statement(rules);
        DdlParser parser = new DdlParser();
        SchemaChange change = parser.parse(sql, statement, rules);
        Judge judge = new Judge();
        Facts known = against == null ? Facts.assumed(version) : facts.facts(against, judge.needs(change));
        Policy policy = policy();
        Decision decision = judge.judge(change, known, context(statement), policy);
        print(judge.explain(change, known, context(statement), policy), change.commandTag());
        return decision.verdict() == Verdict.REJECT
                ? ExitCode.NEGATIVE
                : decision.verdict() == Verdict.PARK ? ExitCode.APPROVAL_PENDING : ExitCode.FINE;
    }

    private Policy policy() throws ConfigException, CliException {
        if (config != null && policyFile != null) {
            throw new CliException(ExitCode.USAGE, "give either --config or --policies");
        }
        if (config != null) {
            return policies.policy(new ConfigurationReader(System.getenv()).readPolicies(config));
        }
        return policyFile == null ? Policy.DEFAULTS : policies.policy(ConfigurationReader.policyFile(policyFile));
    }

    private StatementText statement(LexicalRules rules) throws CliException {
        try {
            List<StatementText> statements = Splitter.split(sql, rules);
            if (statements.size() != 1) {
                throw new CliException(ExitCode.USAGE, "expected one statement, found " + statements.size());
            }
            StatementText.Kind kind = statements.get(0).kind();
            if (kind != StatementText.Kind.SCHEMA_CHANGE) {
                throw new CliException(ExitCode.USAGE, "that is no schema change: it would be forwarded unseen");
            }
            return statements.get(0);
        } catch (DirectiveException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private StatementContext context(StatementText statement) {
        Instant moment = at == null ? Instant.now() : at;
        PolicyContext policy =
                new PolicyContext(environment, database, Optional.empty(), role, application, client, -1, -1, moment);
        return new StatementContext(false, Set.of(), statement.directives(), policy);
    }

    private void print(Decision decision, String tag) {
        CommandSpec given = spec;
        if (given == null) {
            throw new IllegalStateException("run by picocli only");
        }
        PrintWriter out = given.commandLine().getOut();
        if (format == OutputFormat.JSON) {
            out.println(ExplainFormat.json(decision));
        } else {
            ExplainFormat.text(decision, tag).forEach(out::println);
        }
        out.flush();
    }
}
