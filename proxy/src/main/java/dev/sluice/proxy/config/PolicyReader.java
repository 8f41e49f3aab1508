package dev.sluice.proxy.config;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.ApprovalMode;
import dev.sluice.policies.policy.PolicyDocument;
import dev.sluice.policies.policy.PolicyDocument.Backfill;
import dev.sluice.policies.policy.PolicyDocument.RuleSetting;
import dev.sluice.policies.policy.PolicyDocument.Scope;
import dev.sluice.policies.policy.When;
import dev.sluice.proxy.config.ConfigNode.Mapping;
import dev.sluice.proxy.config.Reading.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a policy as it is written. Whether its rules and conditions exist is for the policies module to say. */
public final class PolicyReader {

    private static final Map<String, Action> ACTIONS = Arrays.stream(Action.values())
            .collect(Collectors.toUnmodifiableMap(a -> a.name().toLowerCase(Locale.ROOT), a -> a));
    private static final Map<String, Boolean> DEFAULTS = Map.of("judge", true, "allow", false);

    private PolicyReader() {}

    /** @throws ConfigException with everything that is wrong, each with its line and key */
    public static PolicyDocument read(PolicyConfig config) throws ConfigException {
        Reading reading = new Reading(config.source(), Map.of());
        PolicyDocument document = read(config, reading);
        if (!reading.problems().isEmpty()) {
            throw new ConfigException(reading.problems());
        }
        return document;
    }

    /** The keys that a policy may have. */
    static Map<String, KeyShape> shapes() {
        Mapping windows = ConfigSample.of("during", ConfigSample.list(), "outside", ConfigSample.list());
        Mapping backfill = ConfigSample.of("when", windows, "text", ConfigSample.list());
        Mapping sample = ConfigSample.of(
                "scopes",
                ConfigSample.list(ConfigSample.of("when", windows)),
                "backfills",
                ConfigSample.list(backfill));
        Reading reading = new Reading("sample", Map.of());
        try {
            read(new PolicyConfig("sample", sample, Optional.empty(), Map.of()), reading);
        } catch (ConfigException e) {
            throw new IllegalStateException("the sample of a policy is no mapping", e);
        }
        return reading.shapes();
    }

    private static PolicyDocument read(PolicyConfig config, Reading reading) throws ConfigException {
        if (!(config.content() instanceof Mapping mapping)) {
            throw new ConfigException(List.of(new ConfigProblem(
                    config.source(),
                    config.content().line(),
                    "policies",
                    "expected a mapping, found " + config.content().kind())));
        }
        Section root = new Section(reading, "policies", mapping.entries(), mapping.line());
        boolean judge = root.word("default", DEFAULTS, true);
        Optional<ApprovalMode> approval = ApprovalReader.read(root, config.source());
        List<RuleSetting> rules = new ArrayList<>(rules(root.section("rules"), reading));
        List<Scope> scopes = new ArrayList<>();
        for (Section section : root.sections("scopes")) {
            scopes.add(scope(section, config.source(), reading));
        }
        Optional<List<Backfill>> backfills = backfills(root, config.source(), reading);
        root.end();
        Boolean given = environment(config, reading, rules);
        return new PolicyDocument(given == null ? judge : given, approval, rules, scopes, backfills);
    }

    private static Optional<List<Backfill>> backfills(Section root, String source, Reading reading) {
        boolean given = root.node("backfills").isPresent();
        BackfillReader reader = new BackfillReader(source, reading);
        List<Backfill> read = new ArrayList<>();
        root.sections("backfills").forEach(section -> read.add(reader.read(section)));
        reader.distinct(read);
        return given || !read.isEmpty() ? Optional.of(read) : Optional.empty();
    }

    private static @Nullable Boolean environment(PolicyConfig config, Reading reading, List<RuleSetting> rules) {
        config.fromEnvironment().forEach((key, word) -> {
            String variable = Reading.variable("policies." + key);
            if (key.startsWith("rules.")) {
                setting(key.substring("rules.".length()), word, variable)
                        .ifPresentOrElse(
                                rules::add, () -> reading.problemOf(new Value(variable, 0, "", word), expected(word)));
            } else if (!DEFAULTS.containsKey(word)) {
                reading.problemOf(new Value(variable, 0, "", word), "expected judge or allow, found \"" + word + "\"");
            }
        });
        return DEFAULTS.get(config.fromEnvironment().getOrDefault("default", ""));
    }

    private static List<RuleSetting> rules(Section section, Reading reading) {
        List<RuleSetting> rules = new ArrayList<>();
        for (Value value : section.rules(ACTIONS.keySet())) {
            String id = value.key().substring(section.path().length() + 1);
            setting(id, value.text().strip(), section.place(value))
                    .ifPresentOrElse(rules::add, () -> reading.problemOf(value, expected(value.text())));
        }
        return rules;
    }

    /** {@code approve} may say whether the client waits: {@code approve wait 10min}. */
    private static Optional<RuleSetting> setting(String id, String text, String place) {
        String[] words = text.split("\\s+", 2);
        Action action = ACTIONS.get(words[0]);
        if (action == null || words.length == 1) {
            return Optional.ofNullable(action).map(a -> new RuleSetting(id, a, place));
        }
        return action == Action.APPROVE
                ? ApprovalReader.parse(words[1], place)
                        .map(mode -> new RuleSetting(id, action, Optional.of(mode), place))
                : Optional.empty();
    }

    private static Scope scope(Section s, String source, Reading reading) {
        When conditions = Conditions.ofScope(s.section("when"));
        List<RuleSetting> rules = rules(s.section("rules"), reading);
        Optional<ApprovalMode> approval = ApprovalReader.read(s, source);
        if (rules.isEmpty() && approval.isEmpty()) {
            s.problem("rules", "expected a scope to have rules: {rule-id: action}");
        }
        s.end();
        return new Scope(conditions, approval, rules, s.path() + " (" + source + ":" + s.line() + ")");
    }

    private static String expected(String word) {
        return "expected an action (allow, warn, guard, rewrite, approve, block; approve wait 10min, approve error), found \""
                + word + "\"";
    }
}
