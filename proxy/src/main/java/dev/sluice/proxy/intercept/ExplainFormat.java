package dev.sluice.proxy.intercept;

import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.Finding;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** A decision in words, and as the JSON of the contract. */
public final class ExplainFormat {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ExplainFormat() {}

    /** The one document of {@code EXPLAIN (FORMAT JSON)}. */
    public static String json(Decision decision) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("verdict", decision.verdict().word());
        members.put("rules", decision.ruleIds());
        members.put("action", decision.action());
        members.put("why", decision.why());
        members.put(
                "decidedBy",
                decision.findings().stream()
                        .flatMap(finding -> finding.decidedBy().stream())
                        .distinct()
                        .toList());
        members.put(
                "phases",
                decision.plan().phases().stream().map(ExplainFormat::phase).toList());
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(members);
    }

    /** @param tag the statement's command tag */
    public static List<String> text(Decision decision, String tag) {
        List<String> lines = new ArrayList<>();
        lines.add(capital(decision.verdict().word()) + ": " + tag);
        lines.add("  Action: " + decision.action());
        lines.add("  Why: " + decision.why());
        for (Finding finding : decision.findings()) {
            lines.add("  Rule: " + finding.ruleId() + " ("
                    + finding.action().name().toLowerCase(Locale.ROOT) + ") " + finding.why());
            finding.decidedBy().ifPresent(line -> lines.add("        decided by " + line));
            if (decision.verdict() == Verdict.PARK || decision.verdict() == Verdict.REJECT) {
                lines.add("        safe way: " + finding.safeWay());
            }
        }
        for (Phase phase : decision.plan().phases()) {
            lines.add("  ->  " + headline(phase));
            for (String sql : sql(phase)) {
                sql.lines().forEach(line -> lines.add("        " + line));
            }
            if (!phase.note().isEmpty()) {
                lines.add("        Note: " + phase.note());
            }
        }
        return lines;
    }

    private static String headline(Phase phase) {
        StringBuilder line = new StringBuilder(capital(phase.name().word()));
        line.append("  (lock: ").append(phase.lock().isEmpty() ? "none" : phase.lock());
        line.append(phase.rewritesTable() ? ", rewrites the table" : ", no rewrite");
        if (phase.rows() > 0) {
            line.append(String.format(Locale.ROOT, ", about %,d rows", phase.rows()));
        }
        return line.append(')').toString();
    }

    private static Map<String, Object> phase(Phase phase) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", phase.name().word());
        members.put("sql", sql(phase));
        members.put("lock", phase.lock());
        members.put("rewritesTable", phase.rewritesTable());
        members.put("rows", phase.rows());
        members.put("note", phase.note());
        return members;
    }

    private static List<String> sql(Phase phase) {
        return phase.steps().stream()
                .flatMap(step -> switch (step) {
                    case Step.Statements statements -> statements.sql().stream();
                    case Step.Online online -> List.of(online.sql()).stream();
                    case Step.Backfill backfill -> List.of(update(backfill)).stream();
                    case Step.Batches batches -> List.of(batches.head() + " WHERE " + batches.condition()).stream();
                    case Step.Verify verify -> List.of(verify.sql()).stream();
                })
                .toList();
    }

    /** What the batches do, without the bounds that each has. */
    private static String update(Step.Backfill backfill) {
        String assignments = backfill.assignments().stream()
                .map(assignment -> quoted(assignment.column()) + " = " + assignment.expression())
                .collect(Collectors.joining(", "));
        String table =
                backfill.table().schema().map(schema -> quoted(schema) + ".").orElse("")
                        + quoted(backfill.table().name());
        return "UPDATE " + table + " SET " + assignments + " WHERE " + backfill.pending();
    }

    private static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : SqlText.quoteIdentifier(Dialect.POSTGRES, name);
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
