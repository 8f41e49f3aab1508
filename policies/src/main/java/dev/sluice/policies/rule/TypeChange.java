package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.TypeName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.TypeFacts;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Whether PostgreSQL's ALTER COLUMN … TYPE changes the catalog alone. */
final class TypeChange {

    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("varchar", "character varying"),
            Map.entry("char varying", "character varying"),
            Map.entry("char", "character"),
            Map.entry("bpchar", "character"),
            Map.entry("decimal", "numeric"),
            Map.entry("dec", "numeric"),
            Map.entry("int", "integer"),
            Map.entry("int4", "integer"),
            Map.entry("int8", "bigint"),
            Map.entry("int2", "smallint"),
            Map.entry("float8", "double precision"),
            Map.entry("float4", "real"),
            Map.entry("bool", "boolean"),
            Map.entry("varbit", "bit varying"),
            Map.entry("timestamp", "timestamp without time zone"),
            Map.entry("timestamptz", "timestamp with time zone"),
            Map.entry("time", "time without time zone"),
            Map.entry("timetz", "time with time zone"));

    private TypeChange() {}

    /** A type by its full name and its modifiers. */
    private record Type(String name, List<Integer> modifiers, boolean array) {}

    static boolean catalogOnly(AlterAction.AlterType change, String current, Facts facts) {
        if (change.using().isPresent() && !plainUsing(change)) {
            return false;
        }
        if (change.collation().isPresent()) {
            return false;
        }
        Type from = parse(current);
        Type to = target(change.type(), facts);
        if (from.array() || to.array()) {
            return from.equals(to);
        }
        if (from.name().equals(to.name())) {
            return widens(from, to);
        }
        return switch (to.name()) {
            case "text" -> from.name().equals("character varying");
            case "character varying" ->
                from.name().equals("text") && to.modifiers().isEmpty();
            case "inet" -> from.name().equals("cidr");
            default -> false;
        };
    }

    private static boolean widens(Type from, Type to) {
        if (from.modifiers().equals(to.modifiers())) {
            return true;
        }
        return switch (from.name()) {
            case "character varying", "bit varying" ->
                to.modifiers().isEmpty()
                        || (!from.modifiers().isEmpty()
                                && to.modifiers().getFirst() >= from.modifiers().getFirst());
            case "numeric" ->
                to.modifiers().isEmpty()
                        || (!from.modifiers().isEmpty()
                                && at(to.modifiers(), 1) == at(from.modifiers(), 1)
                                && at(to.modifiers(), 0) >= at(from.modifiers(), 0));
            case "timestamp without time zone",
                    "timestamp with time zone",
                    "time without time zone",
                    "time with time zone",
                    "interval" ->
                to.modifiers().isEmpty()
                        || (!from.modifiers().isEmpty() && at(to.modifiers(), 0) >= at(from.modifiers(), 0));
            default -> false;
        };
    }

    private static int at(List<Integer> modifiers, int i) {
        return i < modifiers.size() ? modifiers.get(i) : 0;
    }

    private static Type target(TypeName type, Facts facts) {
        String written = type.source().text();
        return parse(facts.type(written)
                .map(TypeFacts::canonical)
                .filter(c -> !c.isEmpty())
                .orElse(written));
    }

    /** Reads {@code character varying(50)}, {@code numeric(10,2)}, {@code timestamp(3) with time zone}, {@code text[]}. */
    private static Type parse(String text) {
        List<Token> tokens = Tokens.of(text, Dialect.POSTGRES);
        StringBuilder name = new StringBuilder();
        java.util.ArrayList<Integer> modifiers = new java.util.ArrayList<>();
        boolean array = false;
        int depth = 0;
        for (Token token : tokens) {
            switch (token.text()) {
                case "(" -> depth++;
                case ")" -> depth--;
                case "[", "array" -> array = true;
                default -> {
                    if (depth > 0 && token.kind() == Tokens.Kind.NUMBER) {
                        modifiers.add(Integer.parseInt(token.text()));
                    } else if (depth == 0 && token.isName()) {
                        name.append(name.isEmpty() || name.charAt(name.length() - 1) == '.' ? "" : " ")
                                .append(token.text());
                    } else if (token.is(".")) {
                        name.append('.');
                    }
                }
            }
        }
        String bare = name.toString().toLowerCase(Locale.ROOT).replaceFirst("^pg_catalog\\.", "");
        String full = ALIASES.getOrDefault(bare, bare);
        if (full.equals("character") && modifiers.isEmpty()) {
            modifiers.add(1);
        }
        return new Type(full, List.copyOf(modifiers), array);
    }

    /** {@code USING column} or {@code USING column::type}, which is what the server would do by itself. */
    private static boolean plainUsing(AlterAction.AlterType change) {
        List<Token> tokens = Tokens.of(change.using().orElseThrow().text(), Dialect.POSTGRES);
        boolean column = !tokens.isEmpty() && tokens.getFirst().text().equals(change.column());
        if (!column || tokens.size() == 1) {
            return column;
        }
        String cast =
                change.using().orElseThrow().text().substring(tokens.get(1).end());
        return tokens.get(1).is("::")
                && parse(cast).equals(parse(change.type().source().text()));
    }
}
