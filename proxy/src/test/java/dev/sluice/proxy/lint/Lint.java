package dev.sluice.proxy.lint;

import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Lints files of a folder with the gateway's engine. */
record Lint(Path folder, ServerVersion version) {

    static Lint postgres(Path folder) {
        return new Lint(folder, ServerVersion.postgres(18));
    }

    static Lint mysql(Path folder) {
        return new Lint(folder, ServerVersion.mysql(8, 4, 0));
    }

    Lint file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    LintOptions options(AppliedMigrations applied) {
        PolicyContext context = PolicyContext.anywhere(Instant.parse("2026-01-01T00:00:00Z"));
        return new LintOptions(LexicalRules.defaults(version), Policy.DEFAULTS, context, false, applied);
    }

    LintReport run() throws IOException, SQLException {
        return run(Optional.empty());
    }

    LintReport run(Optional<Baseline> base) throws IOException, SQLException {
        return new Linter(new GatewayEngine(), options(AppliedMigrations.NONE))
                .lint(List.of(folder), base, FactsSource.assumed(version));
    }

    /** {@code rule@line} of each finding. */
    List<String> rules() throws IOException, SQLException {
        return rules(run());
    }

    static List<String> rules(LintReport report) {
        return report.findings().stream()
                .map(f -> f.rule() + "@" + f.place().line())
                .toList();
    }
}
