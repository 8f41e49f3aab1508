package dev.sluice.proxy.lint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Versions that are given twice, and new ones below what is merged already. */
final class VersionChecks {
    private VersionChecks() {}

    static List<LintFinding> duplicates(List<MigrationFile> files) {
        Map<String, MigrationFile> first = new HashMap<>();
        List<LintFinding> findings = new ArrayList<>();
        for (MigrationFile file : files) {
            MigrationName naming = file.naming();
            if (naming.tool().isVersioned() && naming.version().isPresent()) {
                String key = file.folder() + "\u0000" + naming.version().get();
                MigrationFile earlier = first.putIfAbsent(key, file);
                if (earlier != null) {
                    findings.add(LintRule.DUPLICATE_VERSION.finding(
                            file.name(),
                            LintFinding.Place.FILE,
                            "version " + naming.version().get() + " is that of " + earlier.fileName() + " too"));
                }
            }
        }
        return findings;
    }

    static List<LintFinding> against(Baseline base, List<MigrationFile> pending) {
        Map<MigrationVersion, String> versions = base.versions();
        Optional<MigrationVersion> highest = versions.keySet().stream().max(MigrationVersion::compareTo);
        List<LintFinding> findings = new ArrayList<>();
        for (MigrationFile file : pending) {
            Optional<MigrationVersion> version =
                    file.naming().version().filter(v -> file.naming().tool().isVersioned());
            if (version.isEmpty()) {
                continue;
            }
            if (base.knows(file)) {
                findings.add(LintRule.CHANGED.finding(
                        file.name(), LintFinding.Place.FILE, "the base has this migration with another content"));
            } else if (versions.containsKey(version.get())) {
                findings.add(LintRule.DUPLICATE_VERSION.finding(
                        file.name(),
                        LintFinding.Place.FILE,
                        "version " + version.get() + " is that of " + versions.get(version.get())
                                + " in the base too"));
            } else if (highest.isPresent() && version.get().compareTo(highest.get()) < 0) {
                findings.add(LintRule.OUT_OF_ORDER.finding(
                        file.name(),
                        LintFinding.Place.FILE,
                        "version " + version.get() + " is below " + highest.get() + ", which the base has already"));
            }
        }
        return findings;
    }
}
