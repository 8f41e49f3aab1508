package dev.sluice.proxy.lint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The migrations that are merged already.
 *
 * @param contents a fingerprint of each file's content by its name, folders relative to what was asked for left out
 */
public record Baseline(Map<String, String> contents) {
    public Baseline {
        contents = Map.copyOf(contents);
    }

    /** Whether the base has this very file. */
    boolean holds(MigrationFile file, String fingerprint) {
        return Optional.ofNullable(contents.get(file.fileName()))
                .filter(fingerprint::equals)
                .isPresent();
    }

    boolean knows(MigrationFile file) {
        return contents.containsKey(file.fileName());
    }

    /** The base's files by version. */
    Map<MigrationVersion, String> versions() {
        Map<MigrationVersion, String> versions = new HashMap<>();
        for (String name : List.copyOf(contents.keySet())) {
            MigrationName naming = MigrationName.of(name);
            if (naming.tool().isVersioned()) {
                naming.version().ifPresent(version -> versions.put(version, name));
            }
        }
        return versions;
    }
}
