package dev.sluice.proxy.lint;

import dev.sluice.policies.judge.SchemaModel;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
        List<FileLinter.Result> results =
                source.isReal() ? against(pending, source) : assuming(files, Set.copyOf(pending), source);
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

    private List<FileLinter.Result> against(List<MigrationFile> pending, FactsSource source) throws SQLException {
        // One after the other, since each stands on what those before it leave behind.
        PendingSchema schema = new PendingSchema();
        List<FileLinter.Result> results = new ArrayList<>();
        for (MigrationFile file : pending) {
            Opened opened = open(file, source, schema);
            results.add(opened.linter().isPresent() ? opened.linter().get().lint() : opened.unreadable());
        }
        return results;
    }

    /** Without a database, what files before one have made is known from those files, merged ones included. */
    private List<FileLinter.Result> assuming(
            List<MigrationFile> files, Set<MigrationFile> pending, FactsSource source) {
        List<Opened> opened = files.parallelStream()
                .map(file -> {
                    Opened one = open(file, source, new PendingSchema());
                    one.linter().ifPresent(FileLinter::changes);
                    return one;
                })
                .toList();
        Map<String, SchemaModel> schemas = new HashMap<>();
        for (Opened one : opened) {
            SchemaModel schema = schemas.computeIfAbsent(one.file().folder(), folder -> model());
            one.linter().ifPresent(linter -> linter.foresee(schema));
        }
        return opened.parallelStream()
                .filter(one -> pending.contains(one.file()))
                .map(Linter::assumed)
                .toList();
    }

    private SchemaModel model() {
        boolean mySql = options.rules().dialect().isMySqlFamily();
        return new SchemaModel(options.rules().version(), mySql ? "database" : "public");
    }

    private static FileLinter.Result assumed(Opened opened) {
        try {
            return opened.linter().isPresent() ? opened.linter().get().lint() : opened.unreadable();
        } catch (SQLException e) {
            throw new IllegalStateException("assumptions need no database", e);
        }
    }

    /** @param linter empty for a file that cannot be read; {@code unreadable} says so */
    private record Opened(MigrationFile file, Optional<FileLinter> linter, FileLinter.Result unreadable) {}

    private Opened open(MigrationFile file, FactsSource source, PendingSchema schema) {
        FileLinter.Result nothing = new FileLinter.Result(file, List.of(), List.of(), 0);
        try {
            String text = MigrationFiles.read(file.path());
            return new Opened(file, Optional.of(new FileLinter(file, text, options, engine, source, schema)), nothing);
        } catch (IOException e) {
            LintFinding finding = LintRule.UNREADABLE.finding(
                    file.name(), LintFinding.Place.FILE, "it cannot be read: " + e.getMessage());
            return new Opened(file, Optional.empty(), new FileLinter.Result(file, List.of(finding), List.of(), 0));
        }
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
