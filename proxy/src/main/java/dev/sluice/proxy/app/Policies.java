package dev.sluice.proxy.app;

import dev.sluice.policies.policy.CompiledPolicy;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyException;
import dev.sluice.policies.rule.Rule;
import dev.sluice.policies.rule.Rules;
import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.ConfigProblem;
import dev.sluice.proxy.config.ConfigSchema;
import dev.sluice.proxy.config.PolicyConfig;
import dev.sluice.proxy.config.PolicyReader;
import dev.sluice.proxy.config.Suggestion;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** From a policy as it is configured to one that decides. */
final class Policies {

    private static final Pattern PLACE = Pattern.compile("(.*) \\((.*):(\\d+)\\)");
    private static final Pattern UNKNOWN = Pattern.compile("there is no rule \"(.*)\"");

    private Policies() {}

    static Policy compile(PolicyConfig config) throws ConfigException {
        if (config.isEmpty()) {
            // Without a policy the start need not wait for the rules to be loaded.
            return Policy.DEFAULTS;
        }
        try {
            return CompiledPolicy.of(PolicyReader.read(config), ruleIds());
        } catch (PolicyException e) {
            throw new ConfigException(List.of(problem(config, e)));
        }
    }

    /** What editors may know of configuration and policy. */
    static ConfigSchema schema() {
        return new ConfigSchema(Rules.all().stream().collect(Collectors.toMap(Rule::id, Rule::catches)));
    }

    private static Set<String> ruleIds() {
        return Rules.all().stream().map(Rule::id).collect(Collectors.toUnmodifiableSet());
    }

    private static ConfigProblem problem(PolicyConfig config, PolicyException e) {
        String message = String.valueOf(e.getMessage());
        Matcher unknown = UNKNOWN.matcher(message);
        String hint = unknown.matches() ? "; " + nearest(unknown.group(1)) : "";
        Matcher place = PLACE.matcher(e.place());
        return place.matches()
                ? new ConfigProblem(place.group(2), Integer.parseInt(place.group(3)), place.group(1), message + hint)
                : new ConfigProblem(e.place().isEmpty() ? config.source() : e.place(), 0, "", message + hint);
    }

    private static String nearest(String word) {
        String suggestion = Suggestion.among(word, ruleIds());
        return suggestion.startsWith("did you mean") ? suggestion : "SHOW SLUICE POLICIES lists them";
    }
}
