package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RoutineFacts;
import dev.sluice.policies.facts.RoutineFacts.SqlArgument;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.sql.Call;
import dev.sluice.policies.sql.DynamicText;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.NamedRoutines;
import dev.sluice.policies.sql.RoutineNature;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.StringText;
import dev.sluice.policies.sql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the routines that a statement calls may do to a schema, as far as that is known. A change that stands in a body or
 * in a literal is caught; of what is only known when it runs, one is told.
 */
public final class CallRules {

    private static final int MAX_NESTING = 3;

    private CallRules() {}

    /** The calls of a statement: of the routines that it names, and of those in the SQL that it gives to one. */
    public static List<Call> calls(String statement, LexicalRules rules) {
        List<Call> calls = new ArrayList<>();
        gather(statement, rules, 0, calls);
        calls.addAll(NamedRoutines.in(Scanner.tokens(statement, rules)));
        return List.copyOf(calls);
    }

    private static void gather(String text, LexicalRules rules, int nesting, List<Call> calls) {
        List<Token> tokens = Scanner.tokens(text, rules);
        calls.addAll(Call.in(tokens));
        calls.addAll(Call.mentions(tokens));
        if (nesting < MAX_NESTING) {
            tokens.stream()
                    .filter(Token::isString)
                    .forEach(token -> gather(StringText.decode(token.text(), rules), rules, nesting + 1, calls));
        }
    }

    /** The procedures that a program calls. */
    static List<Call> procedures(String program, LexicalRules rules) {
        return Call.procedures(Scanner.tokens(program, rules));
    }

    /** What is caught in a statement, given what is known of the routines. */
    public static List<Hit> hits(SourceText source, Facts facts) {
        LexicalRules rules = rules(facts);
        return facts.routines().isEmpty() ? List.of() : hits(source, source.text(), facts, rules, 0);
    }

    /** The same in the literals of a statement, which are code: the body of a DO. */
    static List<Hit> hitsInLiterals(SourceText source, Facts facts) {
        LexicalRules rules = rules(facts);
        return facts.routines().isEmpty()
                ? List.of()
                : Words.literals(source.text(), rules).stream()
                        .flatMap(body -> hits(source, body, facts, rules, 0).stream())
                        .toList();
    }

    static LexicalRules rules(Facts facts) {
        boolean conforming = !"off".equals(facts.settings().get("standard_conforming_strings"));
        LexicalRules plain = LexicalRules.defaults(facts.version());
        return new LexicalRules(plain.version(), conforming, plain.ansiQuotes(), plain.noBackslashEscapes());
    }

    private static List<Hit> hits(SourceText source, String text, Facts facts, LexicalRules rules, int nesting) {
        List<Hit> hits = new ArrayList<>();
        for (Call call : all(Scanner.tokens(text, rules))) {
            RoutineFacts routine = facts.routines().get(call.key());
            if (routine != null) {
                hit(source, call, routine, rules).ifPresent(hits::add);
            }
            if (routine != null && routine.nature() != RoutineNature.HARMLESS && nesting < MAX_NESTING) {
                texts(call, rules).forEach(given -> hits.addAll(hits(source, given.text(), facts, rules, nesting + 1)));
            }
        }
        return List.copyOf(hits);
    }

    /** Calls, and whatever else may run a routine; a routine's own definition runs nothing. */
    private static List<Call> all(List<Token> tokens) {
        return Stream.of(Call.in(tokens), Call.mentions(tokens), NamedRoutines.in(tokens))
                .flatMap(List::stream)
                .filter(call -> call.schema().filter(Call.DEFINITION::equals).isEmpty())
                .toList();
    }

    private static Optional<Hit> hit(SourceText source, Call call, RoutineFacts routine, LexicalRules rules) {
        List<DynamicText> texts = texts(call, rules);
        boolean changing = texts.stream().anyMatch(text -> text.nature(rules) == RoutineNature.CHANGES);
        return switch (routine.nature()) {
            case HARMLESS -> Optional.empty();
            case CHANGES -> Optional.of(Hit.at(source, routine.name() + " changes the schema: " + routine.why()));
            case DYNAMIC -> {
                if (changing) {
                    yield Optional.of(Hit.at(source, routine.name() + " is given a schema change to run"));
                }
                yield routine.argument() == SqlArgument.NONE
                        ? Optional.of(Hit.at(source, routine.name() + " runs what cannot be seen: " + routine.why())
                                .as(Action.WARN))
                        : given(source, routine, texts, rules);
            }
        };
    }

    /** A function of the server's, or of an extension's, that runs the SQL that it is given. */
    private static Optional<Hit> given(
            SourceText source, RoutineFacts routine, List<DynamicText> texts, LexicalRules rules) {
        Optional<DynamicText> data =
                texts.stream().filter(text -> text.beginsAsData(rules)).findFirst();
        if (data.filter(DynamicText::closed).isPresent()
                || texts.stream().allMatch(text -> text.closed() && text.literal())) {
            return Optional.empty();
        }
        Hit hit = Hit.at(source, routine.name() + " is given SQL that is only known when it runs");
        boolean query = routine.argument() == SqlArgument.QUERY && data.isPresent();
        return Optional.of(query ? hit.as(Action.WARN) : hit);
    }

    private static List<DynamicText> texts(Call call, LexicalRules rules) {
        return call.arguments().stream()
                .map(argument -> DynamicText.of(argument, rules))
                .toList();
    }
}
