package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RoutineFacts;
import dev.sluice.policies.facts.RoutineFacts.SqlArgument;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.sql.Call;
import dev.sluice.policies.sql.DynamicText;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Mentions;
import dev.sluice.policies.sql.NamedRoutines;
import dev.sluice.policies.sql.RoutineNature;
import dev.sluice.policies.sql.RoutineReference;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.StringText;
import dev.sluice.policies.sql.Token;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the routines that a statement calls may do to a schema, as far as that is known. A change that stands in a body or
 * in a literal is caught; of what is only known when it runs, one is told.
 */
public final class CallRules {

    private static final int MAX_NESTING = 3;

    private CallRules() {}

    /** All by which a statement may run a routine or makes one, in the SQL that it gives to a routine too. */
    public static Set<RoutineReference> references(String statement, LexicalRules rules) {
        Set<RoutineReference> references = new LinkedHashSet<>();
        gather(statement, rules, 0, references);
        references.addAll(NamedRoutines.in(Scanner.tokens(statement, rules)));
        return references;
    }

    private static void gather(String text, LexicalRules rules, int nesting, Set<RoutineReference> references) {
        List<Token> tokens = Scanner.tokens(text, rules);
        Call.in(tokens).forEach(call -> references.add(call.routine()));
        references.addAll(Mentions.in(tokens));
        if (nesting < MAX_NESTING) {
            tokens.stream()
                    .filter(Token::isString)
                    .forEach(token -> gather(StringText.decode(token, rules), rules, nesting + 1, references));
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

    /** The same in the literals of a statement, which are code: the body of a DO, and what that may run. */
    static List<Hit> hitsInLiterals(SourceText source, Facts facts) {
        return facts.routines().isEmpty() ? List.of() : hitsInLiterals(source, source.text(), facts, 0);
    }

    private static List<Hit> hitsInLiterals(SourceText source, String text, Facts facts, int nesting) {
        LexicalRules rules = rules(facts);
        List<Hit> hits = new ArrayList<>();
        for (String literal : nesting < MAX_NESTING ? Words.literals(text, rules) : List.<String>of()) {
            hits.addAll(hits(source, literal, facts, rules, 0));
            hits.addAll(hitsInLiterals(source, literal, facts, nesting + 1));
        }
        return List.copyOf(hits);
    }

    static LexicalRules rules(Facts facts) {
        boolean conforming = !"off".equals(facts.settings().get("standard_conforming_strings"));
        LexicalRules plain = LexicalRules.defaults(facts.version());
        return new LexicalRules(plain.version(), conforming, plain.ansiQuotes(), plain.noBackslashEscapes());
    }

    private static List<Hit> hits(SourceText source, String text, Facts facts, LexicalRules rules, int nesting) {
        List<Hit> hits = new ArrayList<>();
        List<Token> tokens = Scanner.tokens(text, rules);
        for (Call call : Call.in(tokens)) {
            RoutineFacts routine = facts.routines().get(call.routine());
            if (routine != null && routine.nature() != RoutineNature.HARMLESS) {
                List<DynamicText> texts = texts(call, rules);
                hit(source, routine, texts, rules).ifPresent(hits::add);
                if (nesting < MAX_NESTING) {
                    texts.forEach(given -> hits.addAll(hits(source, given.text(), facts, rules, nesting + 1)));
                }
            }
        }
        Stream.concat(Mentions.in(tokens).stream(), NamedRoutines.in(tokens).stream())
                .flatMap(reference -> uncalled(source, reference, facts, rules).stream())
                .forEach(hits::add);
        return List.copyOf(hits);
    }

    /** What runs a routine without a call; a routine's own definition runs nothing. */
    private static Optional<Hit> uncalled(
            SourceText source, RoutineReference reference, Facts facts, LexicalRules rules) {
        return switch (reference) {
            case RoutineReference.Called ignored -> run(source, reference, facts, rules);
            case RoutineReference.Mentioned ignored -> run(source, reference, facts, rules);
            case RoutineReference.Written ignored -> run(source, reference, facts, rules);
            case RoutineReference.Attribute ignored -> run(source, reference, facts, rules);
            case RoutineReference.Defined ignored -> Optional.empty();
        };
    }

    private static Optional<Hit> run(SourceText source, RoutineReference reference, Facts facts, LexicalRules rules) {
        return Optional.ofNullable(facts.routines().get(reference))
                .flatMap(routine -> hit(source, routine, List.of(), rules));
    }

    private static Optional<Hit> hit(
            SourceText source, RoutineFacts routine, List<DynamicText> texts, LexicalRules rules) {
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
