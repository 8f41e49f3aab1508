package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.sql.Directives.Completion;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Collects what a message is turned into, statement by statement: edits of its text, proposals in the ledger, records for
 * the audit trail. Follows one message; not thread-safe.
 */
final class Effects {

    /** How MySQL and MariaDB begin one. */
    private static final Pattern CODE_COMMENT = Pattern.compile("/\\*M?!\\d*");

    private final Planning planning;
    private final Migrations migrations;
    private final InterceptorSettings settings;
    private final StatementTrail trail;
    private final HeldMessage message;
    private final DatabaseRef database;
    private final AuditEvent.Who who;

    private final List<Ruling.Edit> edits = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<AuditEvent> records = new ArrayList<>();
    private final List<Pending> pending = new ArrayList<>();
    private final List<HeldLock> locks = new ArrayList<>();

    Effects(
            Planning planning,
            Migrations migrations,
            InterceptorSettings settings,
            StatementTrail trail,
            HeldMessage message) {
        this.planning = planning;
        this.migrations = migrations;
        this.settings = settings;
        this.trail = trail;
        this.message = message;
        this.database = message.database();
        this.who = message.who();
    }

    List<Pending> pending() {
        return List.copyOf(pending);
    }

    /** Those that stop others until the transaction ends. */
    List<HeldLock> locks() {
        return List.copyOf(locks);
    }

    List<AuditEvent> records() {
        return List.copyOf(records);
    }

    List<Sent> sent() {
        return List.copyOf(sent);
    }

    Ruling.Substitute ruling() {
        return new Ruling.Substitute(edits, new Sent.Memo(sent));
    }

    /** Lets a statement through, in the form that the decision gives it. */
    void add(Judgement judgement, Optional<Long> approval) throws MigrationException {
        Optional<Long> migration = Optional.empty();
        List<String> replacement = List.of();
        if (!asItIs(judgement)) {
            Optional<Migrations.Proposal> proposal = propose(judgement);
            migration = proposal.map(Migrations.Proposal::id);
            Judgement prepared = proposal.map(p -> judgement.with(p.prepared())).orElse(judgement);
            String sql = planning.substitute(prepared, proposal.map(Migrations.Proposal::expanded), settings.lock());
            edits.add(new Ruling.Edit(
                    judgement.number(),
                    judgement.statement().start(),
                    judgement.statement().end(),
                    sql,
                    judgement.change().commandTag()));
            replacement = List.of(sql);
            note(prepared, migration);
        }
        String id = trail.newId();
        records.add(attempt(id, judgement, replacement, migration));
        HeldLock.of(id, judgement).ifPresent(locks::add);
        sent.add(new Sent(
                id,
                who,
                database,
                judgement.text(),
                tableOf(judgement),
                migration,
                approval,
                created(judgement),
                message.isAlone(),
                completion(judgement) == Completion.WAIT,
                trail.now()));
    }

    private Completion completion(Judgement judgement) {
        return judgement
                .statement()
                .directives()
                .completion()
                .or(message.state()::completion)
                .orElse(settings.waits() ? Completion.WAIT : Completion.RETURN);
    }

    /** The record of a statement before anything becomes of it. */
    AuditEvent.Attempt attempt(String id, Judgement judgement, List<String> replacement, Optional<Long> migration) {
        Decision decision = judgement.decision();
        return new AuditEvent.Attempt(
                id,
                who,
                judgement.text(),
                replacement,
                decision.verdict().word(),
                decision.ruleIds(),
                decision.action(),
                decision.why(),
                judgement.statement().directives().ticket(),
                migration);
    }

    /** Takes back what was proposed, when the message is not sent after all. */
    void discard() {
        for (Sent each : sent) {
            each.migration().ifPresent(id -> {
                try {
                    migrations.discard(database, id);
                } catch (MigrationException e) {
                    // The sweeper of proposals that nobody expanded takes it away.
                    return;
                }
            });
        }
    }

    /** A guard cannot be put around what may not run in a block, nor around what the server does not understand. */
    private static boolean asItIs(Judgement judgement) {
        return switch (judgement.decision().verdict()) {
            case FORWARD, PARK, REJECT -> true;
            case GUARD -> NotInBlock.is(judgement.change()) || isExplained(judgement);
            case REWRITE, PHASE -> isExplained(judgement);
        };
    }

    /** EXPLAIN ANALYZE stands before the statement and wants its rows answered; a comment that is code may stand there. */
    private static boolean isExplained(Judgement judgement) {
        int start = judgement.statement().start();
        int change = judgement.change().source().start();
        return change > start
                && !CODE_COMMENT
                        .matcher(judgement.sql().substring(start, change))
                        .replaceAll("")
                        .isBlank();
    }

    private Optional<Migrations.Proposal> propose(Judgement judgement) throws MigrationException {
        if (!judgement.decision().plan().needsExecutor()) {
            return Optional.empty();
        }
        return Optional.of(migrations.propose(new Migrations.Request(
                database,
                judgement.text(),
                judgement.decision(),
                who.role(),
                who.user() + " " + who.client() + " " + who.application(),
                judgement.facts().settings().getOrDefault("search_path", ""))));
    }

    private void note(Judgement prepared, Optional<Long> migration) {
        if (migration.isEmpty()) {
            return;
        }
        tableOf(prepared)
                .ifPresent(table -> pending.add(
                        Pending.of(migration.get(), table, prepared.decision().plan())));
    }

    /** Where the table may have been there before, it is not known to be new. */
    private static Optional<QualifiedName> created(Judgement judgement) {
        if (!(judgement.change() instanceof SchemaChange.CreateTable create) || create.ifNotExists()) {
            return Optional.empty();
        }
        return create.table()
                .schema()
                .or(() -> judgement.facts().currentSchema())
                .map(schema -> QualifiedName.of(schema, create.table().name()));
    }

    private static Optional<QualifiedName> tableOf(Judgement judgement) {
        Optional<QualifiedName> named = switch (judgement.change()) {
            case SchemaChange.AlterTable alter -> Optional.of(alter.table());
            case SchemaChange.CreateIndex index -> Optional.of(index.table());
            default -> Optional.empty();
        };
        return named.flatMap(name -> judgement.facts().relation(name))
                .map(relation -> relation.name())
                .or(() -> judgement.decision().plan().target());
    }
}
