package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RoutineFacts;
import dev.sluice.policies.rule.CallRules;
import dev.sluice.policies.sql.Call;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.NamedRoutines;
import dev.sluice.policies.sql.RoutineNature;
import dev.sluice.policies.sql.RoutineReference;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.policies.sql.Token;
import dev.sluice.proxy.catalog.DatabaseRoutines;
import dev.sluice.proxy.catalog.Routines;
import dev.sluice.proxy.session.SessionInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the statements that change a schema by the routines that they call, and the calls that certainly change none.
 * Thread-safe; may ask the server.
 */
final class CalledRoutines {

    private final Routines routines;

    CalledRoutines(Routines routines) {
        this.routines = routines;
    }

    /** The statements, with a kind by what they call where that decides. */
    List<StatementText> marked(SessionInfo info, String sql, List<StatementText> statements) {
        DatabaseRoutines known = routines.of(info.upstream(), info.database());
        List<StatementText> marked = new ArrayList<>();
        for (StatementText statement : statements) {
            marked.add(
                    switch (statement.kind()) {
                        case DATA -> query(known, info, sql, statement);
                        case OPAQUE ->
                            isHarmlessCall(known, info, sql, statement)
                                    ? as(statement, StatementText.Kind.DATA)
                                    : statement;
                        case SCHEMA_CHANGE, GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE, TRANSACTION, SETTING -> statement;
                    });
        }
        return List.copyOf(marked);
    }

    /** MySQL's functions and triggers cannot change a schema: it refuses what would commit in them. */
    private static StatementText query(DatabaseRoutines known, SessionInfo info, String sql, StatementText statement) {
        if (info.lexicalRules().dialect().isMySqlFamily()) {
            return statement;
        }
        String text = statement.in(sql);
        Map<RoutineReference, RoutineFacts> called = facts(known, info, text);
        if (called.isEmpty()) {
            return statement;
        }
        Facts facts = Facts.assumed(info.lexicalRules().version()).withRoutines(called);
        boolean caught = isRun(text, info.lexicalRules())
                && !CallRules.hits(new SourceText(sql, statement.start(), statement.end()), facts)
                        .isEmpty();
        return caught ? as(statement, StatementText.Kind.OPAQUE) : statement;
    }

    /** EXPLAIN alone runs nothing. */
    private static boolean isRun(String text, LexicalRules rules) {
        List<Token> tokens = Scanner.tokens(text, rules);
        return !tokens.getFirst().isWord("EXPLAIN")
                || tokens.stream()
                        .filter(Token::isIdentifier)
                        .map(Token::value)
                        .anyMatch(value -> value.equalsIgnoreCase("analyze") || value.equalsIgnoreCase("analyse"));
    }

    /** Whether it is a CALL of a procedure that is known to change no schema, with arguments that change none. */
    private static boolean isHarmlessCall(
            DatabaseRoutines known, SessionInfo info, String sql, StatementText statement) {
        LexicalRules rules = info.lexicalRules();
        String text = statement.in(sql);
        if (!Scanner.of(text, rules).next().isWord("CALL") || !known.isKnown()) {
            return false;
        }
        Map<RoutineReference, RoutineFacts> facts = facts(known, info, text);
        Optional<RoutineFacts> procedure = Call.in(text, rules).stream()
                .findFirst()
                .flatMap(call -> Optional.ofNullable(facts.get(call.routine())));
        return procedure.isPresent()
                && facts.values().stream().allMatch(each -> each.nature() == RoutineNature.HARMLESS);
    }

    /** What is known of the routines that a statement calls. */
    Map<RoutineReference, RoutineFacts> facts(SessionInfo info, String statement) {
        return facts(routines.of(info.upstream(), info.database()), info, statement);
    }

    private static Map<RoutineReference, RoutineFacts> facts(
            DatabaseRoutines known, SessionInfo info, String statement) {
        boolean mySql = info.lexicalRules().dialect().isMySqlFamily();
        Optional<String> schema = mySql ? Optional.of(info.database()) : Optional.empty();
        byte[] bytes = statement.getBytes(StandardCharsets.UTF_8);
        boolean procedure =
                Scanner.tokens(statement, info.lexicalRules()).stream().anyMatch(token -> token.isWord("CALL"));
        boolean names = !NamedRoutines.in(Scanner.tokens(statement, info.lexicalRules()))
                .isEmpty();
        if (!procedure && !names && !known.mayCall(bytes, bytes.length)) {
            return Map.of();
        }
        Map<RoutineReference, RoutineFacts> found = new HashMap<>();
        for (RoutineReference reference : CallRules.references(statement, info.lexicalRules())) {
            known.find(reference, schema).ifPresent(facts -> found.put(reference, facts));
        }
        return found;
    }

    /** A schema change goes to the server: what it makes of a routine holds from now on. */
    void passes(SessionInfo info, SchemaChange change) {
        DatabaseRoutines known = routines.of(info.upstream(), info.database());
        if (change instanceof SchemaChange.CreateRoutine routine
                && routine.name().isPresent()) {
            known.created(routine.name().get().name(), routine.source().text(), info.lexicalRules());
        }
        known.changed();
    }

    private static StatementText as(StatementText statement, StatementText.Kind kind) {
        return new StatementText(statement.start(), statement.end(), kind, statement.directives());
    }
}
