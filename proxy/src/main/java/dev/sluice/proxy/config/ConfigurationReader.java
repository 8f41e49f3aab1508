package dev.sluice.proxy.config;

import dev.sluice.proxy.config.ConfigNode.Mapping;
import dev.sluice.proxy.config.Reading.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a {@link Configuration} from a file's text and the environment. */
public final class ConfigurationReader {

    private static final Set<String> SECTIONS =
            Set.of("listeners", "upstreams", "policies", "throttle", "audit", "http");
    private static final Map<String, String> LEVELS =
            Map.of("error", "error", "warn", "warn", "info", "info", "debug", "debug", "trace", "trace");

    private final Map<String, String> environment;

    public ConfigurationReader(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** Reads a file. Paths in it are relative to the working directory, a policy file's to the file's own folder. */
    public Configuration readFile(Path file) throws ConfigException {
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("."));
        return read(file.toString(), textOf(file), folder);
    }

    /**
     * The policy of a configuration file alone. The rest of the file is not looked at, so that a build that has none of
     * the gateway's secrets can use it.
     */
    public PolicyConfig readPolicies(Path file) throws ConfigException {
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("."));
        ConfigNode node = node(file);
        Reading reading = new Reading(file.toString(), environment);
        Section root = section(reading, file.toString(), node);
        PolicyConfig policies = policies(root, file.toString(), folder);
        if (!reading.problems().isEmpty()) {
            throw new ConfigException(reading.problems());
        }
        return policies;
    }

    /** A policy file by itself. */
    public static PolicyConfig policyFile(Path file) throws ConfigException {
        return new PolicyConfig(file.toString(), node(file), Optional.of(file), Map.of());
    }

    /** The keys that a configuration may have, but for its policy's. */
    static Map<String, KeyShape> shapes() {
        Mapping sample = ConfigSample.of(Map.of(
                "listeners",
                ConfigSample.list(),
                "upstreams",
                ConfigSample.of("*", ConfigSample.of("url", "jdbc:postgresql://host/db")),
                "throttle",
                ThrottleReader.sample()));
        Reading reading = new Reading("sample", Map.of());
        try {
            new ConfigurationReader(Map.of())
                    .configuration(new Section(reading, "", sample.entries(), 0), "sample", Path.of(""));
        } catch (ConfigException e) {
            throw new IllegalStateException("the sample of a configuration cannot be read", e);
        }
        return reading.shapes();
    }

    private static Section section(Reading reading, String source, ConfigNode node) throws ConfigException {
        if (!(node instanceof Mapping mapping)) {
            throw new ConfigException(
                    List.of(new ConfigProblem(source, node.line(), "", "expected a mapping, found " + node.kind())));
        }
        return new Section(reading, "", mapping.entries(), mapping.line());
    }

    /**
     * @param source a name for messages
     * @param folder what a policy file's path is relative to
     */
    public Configuration read(String source, String text, Path folder) throws ConfigException {
        return read(source, Yaml.read(source, text), folder);
    }

    /** What a command line says in place of a file; the environment counts as ever. */
    public Configuration readOptions(GatewayOptions options) throws ConfigException {
        return read("command line", options.asNode(), Path.of(""));
    }

    /** No file at all: everything from the environment. */
    public Configuration readEnvironment() throws ConfigException {
        boolean some = environment.keySet().stream().anyMatch(name -> name.startsWith("SLUICE_UPSTREAMS_"));
        if (!some) {
            throw new ConfigException(List.of(new ConfigProblem(
                    "sluice.yaml",
                    0,
                    "",
                    "there is no such file: give --upstream JDBC_URL, --config FILE or SLUICE_UPSTREAMS_… variables")));
        }
        return read("environment", new Mapping(Map.of(), 0), Path.of(""));
    }

    private Configuration read(String source, ConfigNode node, Path folder) throws ConfigException {
        Reading reading = new Reading(source, environment);
        Section root = section(reading, source, node);
        Configuration configuration = configuration(root, source, folder);
        root.end();
        reading.refuseUnusedVariables(SECTIONS);
        if (!reading.problems().isEmpty()) {
            throw new ConfigException(reading.problems());
        }
        return configuration;
    }

    private Configuration configuration(Section root, String source, Path folder) throws ConfigException {
        Map<String, UpstreamConfig> upstreams = Upstreams.read(root);
        return new Configuration(
                root.text("gateway", Gateways.defaultName()),
                listeners(root, upstreams),
                upstreams,
                policies(root, source, folder),
                root.texts("operators"),
                lock(root),
                completion(root),
                ThrottleReader.read(root.section("throttle"), upstreams),
                audit(root.section("audit")),
                http(root.section("http")),
                (int) root.bytes("max_statement_bytes", Configuration.DEFAULT_MAX_STATEMENT_BYTES, 1024, 1 << 30),
                root.duration("drain_timeout", Configuration.DEFAULT_DRAIN_TIMEOUT),
                root.word("log_level", LEVELS, "info"));
    }

    private static List<ListenerConfig> listeners(Section root, Map<String, UpstreamConfig> upstreams) {
        List<ListenerConfig> listeners = new ArrayList<>();
        for (Section section : root.sections("listeners")) {
            Listeners.read(section, upstreams).ifPresent(listeners::add);
        }
        if (listeners.isEmpty()) {
            root.problem("listeners", "expected at least one listener: {protocol, address, upstream}");
        }
        return listeners;
    }

    private PolicyConfig policies(Section root, String source, Path folder) throws ConfigException {
        Map<String, String> words = new LinkedHashMap<>();
        root.wordsInEnvironment("policies.rules").forEach((rule, value) -> words.put("rules." + rule, value.text()));
        root.fromEnvironment("policies.default").ifPresent(value -> words.put("default", value));
        Optional<ConfigNode> node = root.policy("policies");
        if (node.isPresent()
                && node.get() instanceof ConfigNode.Scalar path
                && !path.text().isEmpty()) {
            Path file = folder.resolve(root.text("policies", path.text()));
            return new PolicyConfig(file.toString(), node(file), Optional.of(file), words);
        }
        if (node.isPresent() && node.get() instanceof ConfigNode.Sequence) {
            root.problem("policies", "expected a mapping or the path of a file, found a list");
        }
        ConfigNode content = node.filter(Mapping.class::isInstance).orElse(PolicyConfig.DEFAULTS.content());
        return new PolicyConfig(source, content, Optional.empty(), words);
    }

    private static LockConfig lock(Section root) {
        return new LockConfig(
                root.positiveDuration("lock_timeout", LockConfig.DEFAULTS.timeout()),
                root.positiveDuration("lock_retry", LockConfig.DEFAULTS.retry()),
                root.positiveDuration("lock_patience", LockConfig.DEFAULTS.patience()));
    }

    private static CompletionConfig completion(Section root) {
        return new CompletionConfig(
                root.word("completion", Map.of("wait", true, "return", false), CompletionConfig.DEFAULTS.waits()),
                root.positiveDuration("completion_timeout", CompletionConfig.DEFAULTS.timeout()),
                root.duration("approval_timeout", CompletionConfig.DEFAULTS.approvalTimeout()),
                root.positiveDuration("approval_validity", CompletionConfig.DEFAULTS.approvalValidity()));
    }

    private static AuditConfig audit(Section s) {
        AuditConfig audit = new AuditConfig(
                Path.of(s.text("file", AuditConfig.DEFAULTS.file().toString())));
        s.end();
        return audit;
    }

    private static HttpConfig http(Section s) {
        HttpConfig http = new HttpConfig(
                s.flag("enabled", true),
                s.address("address").orElse(HttpConfig.DEFAULTS.address()),
                s.text("token").map(Secret::of),
                tokens(s.section("tokens")));
        s.end();
        return http;
    }

    private static Map<String, Secret> tokens(Section s) {
        Map<String, Secret> tokens = new LinkedHashMap<>();
        for (Value value : s.entries()) {
            tokens.put(value.key().substring(s.path().length() + 1), Secret.of(value.text()));
        }
        return tokens;
    }

    /** A file's content as it is written. */
    public static ConfigNode node(Path file) throws ConfigException {
        return Yaml.read(file.toString(), textOf(file));
    }

    private static String textOf(Path file) throws ConfigException {
        try {
            long size = Files.size(file);
            if (size > 4L * Yaml.MAX_CHARS) {
                throw problem(file, "expected a file of at most " + Yaml.MAX_CHARS + " characters");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw problem(file, "there is no such file");
        } catch (IOException e) {
            throw problem(file, "cannot be read: " + e.getMessage());
        }
    }

    private static ConfigException problem(Path file, String message) {
        return new ConfigException(List.of(new ConfigProblem(file.toString(), 0, "", message)));
    }
}
