package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.SchemaModel;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.rule.Conduct;
import dev.sluice.policies.rule.Finding;
import dev.sluice.policies.sql.DirectiveException;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Lints one file. Not thread-safe: one object a file. */
final class FileLinter {
    private static final int STATEMENT_MAX = 2_000;

    private final MigrationFile file;
    private final LintOptions options;
    private final LexicalRules rules;
    private final Engine engine;
    private final FactsSource source;
    private final PendingSchema pending;
    private final Map<Integer, SchemaChange> parsed = new HashMap<>();
    private final Map<Integer, Facts> foreseen = new HashMap<>();
    private final DdlParser parser = new DdlParser();
    private final String text;
    private final SourceLines lines;
    private final Script script;
    private final Ignores ignores;
    private final FileState state;
    private final List<LintFinding> findings = new ArrayList<>();
    private final List<Touched> touched = new ArrayList<>();
    private int statements;
    private int previousEnd;

    /** @param pending what files before this one leave behind */
    FileLinter(
            MigrationFile file,
            String text,
            LintOptions options,
            Engine engine,
            FactsSource source,
            PendingSchema pending) {
        this.file = file;
        this.options = options;
        this.rules = options.rules();
        this.engine = engine;
        this.source = source;
        this.pending = pending;
        this.text = text;
        this.lines = new SourceLines(text);
        this.script = ScriptReader.read(file, text, rules, options);
        this.ignores = Ignores.of(script.sql(), rules);
        this.state = new FileState(rules);
    }

    /** What a file came to. */
    record Result(MigrationFile file, List<LintFinding> findings, List<Touched> touched, int statements) {}

    /** Takes the file's schema changes into a model of what files before it leave behind, and keeps what each finds there. */
    void foresee(SchemaModel model) {
        for (Map.Entry<Integer, SchemaChange> entry : changes()) {
            foreseen.put(entry.getKey(), model.needed(engine.needs(entry.getValue())));
            model.apply(entry.getValue());
        }
    }

    /** Reads the file's schema changes, by where they begin. */
    List<Map.Entry<Integer, SchemaChange>> changes() {
        if (parsed.isEmpty()) {
            for (Script.Piece piece : script.pieces()) {
                for (StatementText statement : statements(piece)) {
                    if (statement.kind() == StatementText.Kind.SCHEMA_CHANGE) {
                        parsed.put(statement.start(), parser.parse(script.sql(), statement, rules));
                    }
                }
            }
        }
        return parsed.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList();
    }

    /** A piece's statements with their places in the file; directives are looked at when it is linted. */
    private List<StatementText> statements(Script.Piece piece) {
        String text = script.sql().substring(piece.start(), piece.end());
        return inFile(Splitter.splitWithoutDirectives(text, rules), piece);
    }

    private static List<StatementText> inFile(List<StatementText> split, Script.Piece piece) {
        List<StatementText> one = split;
        if (piece.single() && split.size() > 1) {
            StatementText first = split.getFirst();
            one = List.of(new StatementText(first.start(), split.getLast().end(), first.kind(), first.directives()));
        }
        return one.stream()
                .map(s ->
                        new StatementText(s.start() + piece.start(), s.end() + piece.start(), s.kind(), s.directives()))
                .toList();
    }

    Result lint() throws SQLException {
        for (Script.Piece piece : script.pieces()) {
            piece(piece);
        }
        for (Ignores.Ignore ignore : ignores.unused()) {
            unused(ignore);
        }
        findings.sort(LintFinding.ORDER);
        return new Result(file, List.copyOf(findings), List.copyOf(touched), statements);
    }

    private void piece(Script.Piece piece) throws SQLException {
        String text = script.sql().substring(piece.start(), piece.end());
        List<StatementText> split;
        try {
            split = Splitter.split(text, rules);
        } catch (DirectiveException e) {
            report(LintRule.DIRECTIVE, piece.start(), piece.start(), String.valueOf(e.getMessage()));
            split = Splitter.splitWithoutDirectives(text, rules);
        }
        for (StatementText statement : inFile(split, piece)) {
            statements++;
            statement(statement, piece);
            previousEnd = lineEnd(statement.end());
        }
        if (piece.transaction()) {
            state.endOfPiece();
        }
    }

    private void statement(StatementText statement, Script.Piece piece) throws SQLException {
        switch (statement.kind()) {
            case TRANSACTION -> state.transaction(statement.in(script.sql()));
            case DATA -> data(statement, piece);
            case SCHEMA_CHANGE, OPAQUE -> schemaChange(statement, piece);
            case SETTING, GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> {}
        }
    }

    private void data(StatementText statement, Script.Piece piece) throws SQLException {
        if (isExecuted(statement)) {
            SourceText query = new SourceText(script.sql(), statement.start(), statement.end());
            parsed.put(statement.start(), new SchemaChange.Opaque(query, PsqlScript.EXECUTES, Optional.empty()));
            schemaChange(statement, piece);
        }
        ConductChecks.ofData(statement.in(script.sql()), state, rules).ifPresent(rule -> conduct(rule, statement));
    }

    /** Whether psql runs what the query gives. */
    private boolean isExecuted(StatementText statement) {
        int behind = Scanner.of(script.sql(), statement.end(), script.sql().length(), rules)
                .next()
                .start();
        return text.startsWith(PsqlScript.EXECUTES, behind);
    }

    private void schemaChange(StatementText statement, Script.Piece piece) throws SQLException {
        SchemaChange known = parsed.get(statement.start());
        SchemaChange change = known != null ? known : parser.parse(script.sql(), statement, rules);
        boolean inTransaction = !rules.dialect().isMySqlFamily() && (piece.transaction() || state.inBlock());
        StatementContext context =
                new StatementContext(inTransaction, state.created(), statement.directives(), options.context());
        FactsRequest needs = engine.needs(change);
        Facts now = source.read(source.isReal() ? Applied.request(change, needs) : needs);
        Facts facts = source.isReal() ? pending.over(now) : foreseen.getOrDefault(statement.start(), now);
        Decision decision = engine.judge(change, facts, context, options.policy());
        Set<String> seen = new HashSet<>();
        for (Finding finding : decision.findings()) {
            boolean reported = finding.action() != Action.ALLOW && finding.action() != Action.GUARD;
            if (reported
                    && !isProven(change, finding)
                    && seen.add(finding.ruleId() + finding.where().start())) {
                add(statement, finding);
            }
        }
        if (decision.verdict() == Verdict.REJECT && decision.findings().isEmpty()) {
            report(LintRule.DIRECTIVE, statement.start(), statement.end(), decision.why());
        }
        if (ConductChecks.isAfterLock(change, state)) {
            conduct(Conduct.STATEMENT_AFTER_LOCK, statement);
        }
        if (source.isReal()) {
            Applied.of(change, now, pending).ifPresent(message -> applied(statement, message));
            pending.passed(change, now);
        }
        touched.addAll(Touched.by(change, file, lines.place(statement.start(), statement.end())));
        state.passed(change, inTransaction);
    }

    /** SET NOT NULL does not scan where the file has validated the check before. */
    private boolean isProven(SchemaChange change, Finding finding) {
        return finding.ruleId().equals("set-not-null")
                && change instanceof SchemaChange.AlterTable alter
                && alter.actions().stream()
                        .anyMatch(action -> action instanceof AlterAction.SetNotNull set
                                && state.isProven(alter.table(), set.column())
                                && (set.source().start() == finding.where().start()
                                        || alter.actions().size() == 1));
    }

    private void add(StatementText statement, Finding finding) {
        LintFinding.Place place = finding.where().sql().equals(script.sql())
                ? lines.place(finding.where().start(), finding.where().end())
                : lines.place(statement.start(), statement.end());
        add(statement, place, finding.ruleId(), finding.action(), finding.why(), finding.safeWay());
    }

    private void conduct(String rule, StatementText statement) {
        Policy policy = options.policy();
        Action action = policy.setting(rule, options.context())
                .map(Policy.Setting::action)
                .orElse(Action.WARN);
        if (policy.judges() && action != Action.ALLOW && action != Action.GUARD) {
            Engine.About about = engine.about(rule).orElse(new Engine.About(rule, rule, ""));
            LintFinding.Place place = lines.place(statement.start(), statement.end());
            add(statement, place, rule, action, about.harm(), about.safeWay());
        }
    }

    private void applied(StatementText statement, String message) {
        LintFinding.Place place = lines.place(statement.start(), statement.end());
        add(
                statement,
                place,
                "conflicting-migration",
                Action.BLOCK,
                message,
                "See what changed the database, and by whom.");
    }

    private void add(
            StatementText statement,
            LintFinding.Place place,
            String rule,
            Action action,
            String message,
            String safeWay) {
        if (!ignores.silences(rule, previousEnd, lineEnd(statement.end()))) {
            String text = statement.in(script.sql());
            String cut = text.length() <= STATEMENT_MAX ? text : text.substring(0, STATEMENT_MAX) + "…";
            findings.add(new LintFinding(file.name(), place, cut, rule, action, Severity.of(action), message, safeWay));
        }
    }

    private void unused(Ignores.Ignore ignore) {
        boolean known = engine.about(ignore.rule()).isPresent();
        String message = ignore.rule().isEmpty()
                ? "the comment sluice:ignore names no rule; write -- sluice:ignore rule-id reason"
                : known
                        ? "the comment sluice:ignore " + ignore.rule() + " silences nothing here"
                        : "the comment sluice:ignore names " + ignore.rule() + ", which is no rule";
        report(LintRule.UNUSED_IGNORE, ignore.start(), ignore.end(), message);
    }

    private void report(LintRule rule, int start, int end, String message) {
        findings.add(rule.finding(file.name(), lines.place(start, end), message));
    }

    private int lineEnd(int at) {
        int end = script.sql().indexOf('\n', at);
        return end < 0 ? script.sql().length() : end;
    }
}
