package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a table is partitioned by, as {@code pg_get_partkeydef} prints it.
 *
 * @param strategy how a row finds its partition
 * @param parts columns and expressions in order, ready to stand in an expression
 */
public record PartitionKey(Strategy strategy, List<String> parts) {

    enum Strategy {
        RANGE,
        LIST,
        HASH
    }

    public PartitionKey {
        parts = List.copyOf(parts);
    }

    /** The key of a partitioned table; empty for others, and where a part has a collation or operator class of its own. */
    public static Optional<PartitionKey> of(RelationFacts table) {
        return Optional.ofNullable(table.options().get("partition_key")).flatMap(PartitionKey::parse);
    }

    private static Optional<PartitionKey> parse(String definition) {
        int open = definition.indexOf('(');
        List<List<String>> lists = lists(definition);
        if (open < 0 || lists.size() != 1 || !lists.getFirst().stream().allMatch(PartitionKey::isBare)) {
            return Optional.empty();
        }
        String word = definition.substring(0, open).strip();
        return Optional.of(new PartitionKey(Strategy.valueOf(word), lists.getFirst()));
    }

    /** The columns, unquoted; empty when a part is an expression. */
    public Optional<List<String>> columns() {
        List<String> columns = new ArrayList<>();
        for (String part : parts) {
            List<Token> tokens = Tokens.of(part, Dialect.POSTGRES);
            if (tokens.size() != 1) {
                return Optional.empty();
            }
            columns.add(tokens.getFirst().text());
        }
        return Optional.of(columns);
    }

    /** The values in each pair of outer parentheses, as written. */
    static List<List<String>> lists(String text) {
        List<List<String>> lists = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (Token token : Tokens.of(text, Dialect.POSTGRES)) {
            if (token.is("(") && depth++ == 0) {
                lists.add(new ArrayList<>());
                start = token.end();
            } else if (token.is(")") && --depth == 0 || token.is(",") && depth == 1) {
                lists.getLast().add(text.substring(start, token.start()).strip());
                start = token.end();
            }
        }
        return lists;
    }

    /** A column, an expression in parentheses or a call, with nothing behind it. */
    private static boolean isBare(String part) {
        List<Token> tokens = Tokens.of(part, Dialect.POSTGRES);
        int at = 0;
        while (at + 2 < tokens.size() && tokens.get(at + 1).is(".")) {
            at += 2;
        }
        if (tokens.get(at).isName()) {
            at++;
        }
        int depth = 0;
        while (at < tokens.size() && (depth > 0 || tokens.get(at).is("("))) {
            depth += tokens.get(at).is("(") ? 1 : tokens.get(at).is(")") ? -1 : 0;
            at++;
            if (depth == 0) {
                break;
            }
        }
        return at == tokens.size();
    }
}
