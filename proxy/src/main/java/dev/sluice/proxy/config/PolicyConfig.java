package dev.sluice.proxy.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where the policy stands.
 *
 * @param source the file's name for messages
 * @param content the policy as written: of this file, or of the one that it names
 * @param file the file that it names, to be read again on reload
 * @param fromEnvironment what the environment sets: {@code default}, and {@code rules.} with a rule's id
 */
public record PolicyConfig(
        String source, ConfigNode content, Optional<Path> file, Map<String, String> fromEnvironment) {

    public PolicyConfig {
        fromEnvironment = Map.copyOf(fromEnvironment);
    }

    /** No policy: every rule has its default action. */
    public static final PolicyConfig DEFAULTS =
            new PolicyConfig("defaults", new ConfigNode.Mapping(Map.of(), 0), Optional.empty(), Map.of());

    /** Whether it says nothing. */
    public boolean isEmpty() {
        return fromEnvironment.isEmpty()
                && content instanceof ConfigNode.Mapping mapping
                && mapping.entries().isEmpty();
    }
}
