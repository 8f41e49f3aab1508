package dev.sluice.policies.rule;

import static dev.sluice.policies.policy.Action.ALLOW;
import static dev.sluice.policies.policy.Action.APPROVE;
import static dev.sluice.policies.policy.Action.BLOCK;
import static dev.sluice.policies.policy.Action.GUARD;
import static dev.sluice.policies.policy.Action.WARN;
import static dev.sluice.policies.rule.Rule.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.RoutineFacts;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Call;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ProgramBody;
import dev.sluice.policies.sql.RoutineNature;
import dev.sluice.policies.sql.RoutineReference;
import dev.sluice.policies.sql.Scanner;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** How a change is made, whatever it changes. */
final class ConductRules {

    private static final Set<String> HARMLESS_MODES =
            Set.of("ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "INSTANCE");

    private ConductRules() {}

    static List<Rule> all() {
        return List.of(
                rule("missing-lock-timeout", "a statement that may wait for a lock without end")
                        // Found by the judge, which knows the locks that a statement takes.
                        .both(GUARD, Rule.Check.NEVER)
                        .harm("everybody waits behind a statement that waits for its lock")
                        .safeWay("the gateway sends it under a short lock timeout and tries again")
                        .example("ALTER TABLE orders ADD COLUMN a int"),
                rule(Conduct.STATEMENT_AFTER_LOCK, "more work in a transaction that holds an exclusive lock")
                        // Found by Conduct, which is asked about the statements of a transaction.
                        .postgres(WARN, Rule.Check.NEVER)
                        .harm("the lock is held until the transaction ends")
                        .safeWay("commit right after the schema change")
                        .example("BEGIN; ALTER TABLE orders ADD COLUMN a int; SELECT count(*) FROM orders; COMMIT"),
                rule(Conduct.DATA_CHANGE, "rows written in a transaction that changes the schema")
                        .postgres(WARN, Rule.Check.NEVER)
                        .harm("the lock is held for as long as the rows take")
                        .safeWay("write rows in a transaction of their own")
                        .example("BEGIN; ALTER TABLE orders ADD COLUMN a int; UPDATE orders SET a = 1; COMMIT"),
                rule("explicit-lock-table", "LOCK TABLE")
                        .both(APPROVE, ConductRules::lockTable)
                        .harm("writers, or everybody, wait until the session lets go")
                        .safeWay("lock rows instead, or have it approved")
                        .mysqlExample("LOCK TABLES orders WRITE")
                        .example("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"),
                rule("disable-trigger", "a trigger that is turned off")
                        .postgres(APPROVE, ConductRules::disableTrigger)
                        .harm("what the trigger promised does not hold for rows written meanwhile, by anybody")
                        .safeWay("have it approved")
                        .example("ALTER TABLE orders DISABLE TRIGGER ALL"),
                rule("enable-rls", "row level security that is turned on")
                        .postgres(APPROVE, ConductRules::rowSecurity)
                        .harm("without policies, everybody but the owner sees no row at that moment")
                        .safeWay("create the policies first; then have it approved")
                        .example("ALTER TABLE orders ENABLE ROW LEVEL SECURITY"),
                rule("opaque-dynamic-ddl", "schema changes that nobody can see beforehand")
                        .both(APPROVE, ConductRules::opaque)
                        .harm("code that runs on the server may change the schema in any way, unjudged")
                        .safeWay("send the schema change as a statement of its own")
                        .mysqlExample("PREPARE s FROM 'ALTER TABLE orders ADD COLUMN z INT'")
                        .example("DO $$ BEGIN EXECUTE 'ALTER TABLE orders ADD COLUMN z int'; END $$"),
                rule("unparsed-ddl", "a schema change that is not understood")
                        .both(
                                APPROVE,
                                s -> s.change() instanceof SchemaChange.Unrecognized u
                                        ? List.of(Hit.at(u.source(), "it is not understood: " + u.reason()))
                                        : List.of())
                        .harm("what it locks or rewrites is not known")
                        .safeWay("have it approved, or write it in a form that the gateway knows")
                        .example("ALTER TABLE orders FROBNICATE"),
                rule("conflicting-migration", "a table or column that another migration is working on")
                        .both(BLOCK, ConductRules::conflict)
                        .harm("it would pull the ground from under a migration in flight")
                        .safeWay("wait until it is complete: SHOW SLUICE MIGRATIONS; or cancel it first")
                        .example("ALTER TABLE orders DROP COLUMN token"),
                rule("unbounded-dml", "UPDATE or DELETE without a bounding WHERE")
                        // No schema change: these are judged apart, where a policy says more than allow.
                        .both(ALLOW, Rule.Check.NEVER)
                        .harm("a whole table is written in one transaction")
                        .safeWay(
                                "write in batches by the key; the gateway paces it, and with action rewrite does so itself")
                        .example("UPDATE orders SET status = 'old'"),
                rule("freeze-window", "a schema change at a time when there should be none")
                        .both(ALLOW, s -> List.of(Hit.at(s.change().source())))
                        .harm("the policy allows no schema change at this time")
                        .safeWay("come back when the window is open, or have the policy changed")
                        .example("ALTER TABLE orders ADD COLUMN a int"));
    }

    private static List<Hit> lockTable(Subject subject) {
        return subject.change() instanceof SchemaChange.LockTable lock
                        && !HARMLESS_MODES.contains(lock.mode().toUpperCase(Locale.ROOT))
                ? List.of(Hit.at(lock.source()))
                : List.of();
    }

    private static List<Hit> disableTrigger(Subject subject) {
        return subject.actions(AlterAction.Toggle.class).stream()
                .filter(a -> !a.enable()
                        && (a.what().startsWith("TRIGGER") || a.what().startsWith("RULE")))
                .map(a -> Hit.at(a.source()))
                .toList();
    }

    private static List<Hit> rowSecurity(Subject subject) {
        return subject.actions(AlterAction.RowSecurity.class).stream()
                .filter(a -> a.what().startsWith("ENABLE") || a.what().startsWith("FORCE"))
                .map(a -> Hit.at(a.source()))
                .toList();
    }

    private static List<Hit> opaque(Subject subject) {
        return switch (subject.change()) {
            case SchemaChange.Opaque opaque -> opaque(subject, opaque);
            case SchemaChange.CreateRoutine routine -> routine(subject, routine);
            case SchemaChange.CreateTable create -> CallRules.hits(create.source(), subject.facts());
            case SchemaChange.CreateObject create -> CallRules.hits(create.source(), subject.facts());
            case SchemaChange.CreateIndex index -> CallRules.hits(index.source(), subject.facts());
            case SchemaChange.AlterTable alter -> CallRules.hits(alter.source(), subject.facts());
            case SchemaChange.AlterDomain alter -> CallRules.hits(alter.source(), subject.facts());
            case SchemaChange.AlterObject alter ->
                CALLING.contains(alter.objectType()) ? CallRules.hits(alter.source(), subject.facts()) : List.of();
            default -> List.of();
        };
    }

    private static List<Hit> opaque(Subject subject, SchemaChange.Opaque opaque) {
        List<Hit> called = opaque.verb().equals("DO")
                ? CallRules.hitsInLiterals(opaque.source(), subject.facts())
                : CallRules.hits(opaque.source(), subject.facts());
        if (opaque.verb().startsWith(SchemaChange.Opaque.QUERY)) {
            return called;
        }
        if (WRITES.contains(opaque.verb())) {
            return List.of(Hit.at(opaque.source(), "it writes the tables in which the server keeps its schema"));
        }
        if (opaque.verb().equals("CALL") && isKnown(subject, opaque)) {
            return called.stream().map(hit -> hit.as(APPROVE)).toList();
        }
        return harmless(subject, opaque) ? called : List.of(Hit.at(opaque.source()));
    }

    /** Whether the procedure that is called is known, so that what it does is too. */
    private static boolean isKnown(Subject subject, SchemaChange.Opaque call) {
        return Call.in(call.source().text(), CallRules.rules(subject.facts())).stream()
                .findFirst()
                .filter(procedure -> subject.facts().routines().containsKey(procedure.routine()))
                .isPresent();
    }

    /** A routine that somebody must call shows when it is called; a trigger or an event never shows again. */
    private static List<Hit> routine(Subject subject, SchemaChange.CreateRoutine routine) {
        if (!routine.bodyHoldsDdl()) {
            return switch (routine.objectType()) {
                case "TRIGGER", "EVENT TRIGGER" -> CallRules.hits(routine.source(), subject.facts());
                case "EVENT" -> scheduled(subject, routine);
                default ->
                    existing(subject, routine).isPresent()
                            ? CallRules.hitsInLiterals(routine.source(), subject.facts())
                            : List.of();
            };
        }
        boolean firesByItself = routine.returnsTrigger()
                || routine.objectType().equals("TRIGGER")
                || routine.objectType().equals("EVENT")
                || routine.objectType().equals("EVENT TRIGGER");
        Hit hit = Hit.at(
                routine.source(),
                "its body changes the schema, runs SQL that it builds, or is in a language that is not read");
        return List.of(firesByItself || isRunAlready(subject, routine) ? hit : hit.as(WARN));
    }

    /** What an event calls shows as little as the event itself when it runs. */
    private static List<Hit> scheduled(Subject subject, SchemaChange.CreateRoutine event) {
        return CallRules.procedures(event.source().text(), CallRules.rules(subject.facts())).stream()
                .filter(call -> !Optional.ofNullable(subject.facts().routines().get(call.routine()))
                        .filter(known -> known.nature() == RoutineNature.HARMLESS)
                        .isPresent())
                .map(call ->
                        Hit.at(event.source(), "it calls " + call.name() + ", which is not known to change no schema"))
                .limit(1)
                .toList();
    }

    /** What is known of the routines that have its name already. */
    private static Optional<RoutineFacts> existing(Subject subject, SchemaChange.CreateRoutine routine) {
        return routine.name()
                .map(name -> new RoutineReference.Defined(name.name()))
                .map(subject.facts().routines()::get);
    }

    /**
     * Whether something runs a routine of this name already that was not judged for it: a view, an operator or a default,
     * which runs it without anybody's calling it, or, where this one certainly changes a schema, a statement that was
     * prepared while the name meant another one.
     */
    private static boolean isRunAlready(Subject subject, SchemaChange.CreateRoutine routine) {
        LexicalRules rules = CallRules.rules(subject.facts());
        String text = routine.source().text();
        return existing(subject, routine)
                .filter(known -> (known.nature() != RoutineNature.HARMLESS && replaces(text, rules))
                        || ProgramBody.ofDefinition(text, rules).nature() == RoutineNature.CHANGES)
                .isPresent();
    }

    private static boolean replaces(String statement, LexicalRules rules) {
        Scanner scanner = Scanner.of(statement, rules);
        scanner.next();
        return scanner.next().isWord("OR");
    }

    private static boolean harmless(Subject subject, SchemaChange.Opaque opaque) {
        Dialect dialect = subject.version().dialect();
        if (opaque.embedded().isPresent()) {
            return false;
        }
        List<Token> tokens = Tokens.of(opaque.source().text(), dialect);
        List<String> literals = Words.literals(opaque.source().text(), CallRules.rules(subject.facts()));
        return literals.size() == 1
                && switch (opaque.verb()) {
                    case "DO" ->
                        plpgsql(tokens) && Words.harmlessBlock(literals.getFirst(), CallRules.rules(subject.facts()));
                    case "PREPARE", "EXECUTE IMMEDIATE" -> isData(literals.getFirst(), dialect);
                    default -> false;
                };
    }

    /** Things other than tables that call routines by themselves, and routines, which another name makes others call. */
    private static final Set<String> CALLING =
            Set.of("VIEW", "FOREIGN TABLE", "POLICY", "PUBLICATION", "OPERATOR", "FUNCTION", "PROCEDURE", "ROUTINE");

    private static final Set<String> WRITES = Set.of("INSERT", "UPDATE", "DELETE", "MERGE", "WITH");

    private static boolean plpgsql(List<Token> tokens) {
        for (int i = 0; i + 1 < tokens.size(); i++) {
            if (tokens.get(i).is("language") && !tokens.get(i + 1).text().equals("plpgsql")) {
                return false;
            }
        }
        return true;
    }

    private static final Set<String> DATA = Set.of(
            "select",
            "insert",
            "update",
            "delete",
            "replace",
            "with",
            "values",
            "table",
            "show",
            "explain",
            "describe",
            "desc",
            "set",
            "do");

    private static boolean isData(String statement, Dialect dialect) {
        List<Token> tokens = Tokens.of(statement, dialect);
        return !tokens.isEmpty()
                && DATA.contains(tokens.getFirst().text())
                && tokens.stream().noneMatch(t -> t.is(";"))
                && Words.harmlessBody(statement, dialect);
    }

    private static List<Hit> conflict(Subject subject) {
        return InFlightChanges.conflict(subject).stream()
                .map(why -> Hit.at(subject.change().source(), why))
                .toList();
    }
}
