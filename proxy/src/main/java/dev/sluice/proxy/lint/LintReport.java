package dev.sluice.proxy.lint;

import java.util.List;

/**
 * What a run found.
 *
 * @param files names of the files read
 * @param statements statements looked at
 */
public record LintReport(List<LintFinding> findings, List<String> files, int statements) {
    public LintReport {
        findings = List.copyOf(findings);
        files = List.copyOf(files);
    }

    public int errors() {
        return count(Severity.ERROR);
    }

    public int warnings() {
        return count(Severity.WARNING);
    }

    private int count(Severity severity) {
        return (int) findings.stream().filter(f -> f.severity() == severity).count();
    }
}
