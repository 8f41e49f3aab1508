package dev.sluice.proxy.lint;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lints files and folders. Thread-safe; blocks on files. */
public final class Linter {
    private final Engine engine;
    private final LintOptions options;

    public Linter(Engine engine, LintOptions options) {
        this.engine = engine;
        this.options = options;
    }

    /**
     * @param paths files, and folders whose {@code .sql} files are meant
     * @param base what is merged already: only what is new is linted
     * @param source where facts are from; with a database behind it, files are judged one after the other
     * @throws IOException a path names nothing, or cannot be listed
     * @throws SQLException the database cannot be asked
     */
    public LintReport lint(List<Path> paths, Optional<Baseline> base, FactsSource source)
            throws IOException, SQLException {
        List<MigrationFile> files = MigrationFiles.find(paths).stream()
                .filter(file -> options.down() || !file.naming().tool().isDown())
                .toList();
        List<LintFinding> findings = new ArrayList<>(VersionChecks.duplicates(files));
        List<MigrationFile> pending = new ArrayList<>();
        for (MigrationFile file : files) {
            if (!isApplied(file) && (base.isEmpty() || !isMerged(file, base.get()))) {
                pending.add(file);
            }
        }
        base.ifPresent(b -> findings.addAll(VersionChecks.against(b, pending)));
        List<FileLinter.Result> results = results(pending, source);
        results.forEach(result -> findings.addAll(result.findings()));
        if (base.isPresent() || source.isReal()) {
            findings.addAll(PendingConflicts.of(
                    results.stream().flatMap(r -> r.touched().stream()).toList()));
        }
        int statements =
                results.stream().mapToInt(FileLinter.Result::statements).sum();
        return new LintReport(
                inOrder(findings, files),
                pending.stream().map(MigrationFile::name).toList(),
                statements);
    }

    private boolean isApplied(MigrationFile file) {
        return file.naming()
                .version()
                .filter(v -> file.naming().tool().isVersioned())
                .filter(v -> options.applied().versions().contains(v.toString()))
                .isPresent();
    }

    private static boolean isMerged(MigrationFile file, Baseline base) throws IOException {
        return base.knows(file) && base.holds(file, Fingerprint.of(file.path()));
    }

    private List<FileLinter.Result> results(List<MigrationFile> files, FactsSource source) throws SQLException {
        if (!source.isReal()) {
            return files.parallelStream().map(file -> assumed(file, source)).toList();
        }
        // One after the other, since each stands on what those before it leave behind.
        PendingSchema pending = new PendingSchema();
        List<FileLinter.Result> results = new ArrayList<>();
        for (MigrationFile file : files) {
            results.add(one(file, source, pending));
        }
        return results;
    }

    private FileLinter.Result assumed(MigrationFile file, FactsSource source) {
        try {
            return one(file, source, new PendingSchema());
        } catch (SQLException e) {
            throw new IllegalStateException("assumptions need no database", e);
        }
    }

    private FileLinter.Result one(MigrationFile file, FactsSource source, PendingSchema pending) throws SQLException {
        String text;
        try {
            text = MigrationFiles.read(file.path());
        } catch (IOException e) {
            LintFinding finding = LintRule.UNREADABLE.finding(
                    file.name(), LintFinding.Place.FILE, "it cannot be read: " + e.getMessage());
            return new FileLinter.Result(file, List.of(finding), List.of(), 0);
        }
        return new FileLinter(file, text, options, engine, source, pending).lint();
    }

    /** Findings by file, in the files' order. */
    private static List<LintFinding> inOrder(List<LintFinding> findings, List<MigrationFile> files) {
        Map<String, Integer> places = new HashMap<>();
        files.forEach(file -> places.putIfAbsent(file.name(), places.size()));
        return findings.stream()
                .sorted(Comparator.comparingInt((LintFinding f) -> places.getOrDefault(f.file(), 0))
                        .thenComparing(LintFinding.ORDER))
                .toList();
    }
}
