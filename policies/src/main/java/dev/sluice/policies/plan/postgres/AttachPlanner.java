package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.ENFORCE;
import static dev.sluice.policies.plan.PhaseName.EXPAND;
import static dev.sluice.policies.plan.PhaseName.VALIDATE;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.Subject;
import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ATTACH PARTITION: a CHECK on the new partition that says what its bounds say is validated online; then the server sees
 * that it need not read the rows. For one key column; more have no simple equivalent.
 */
final class AttachPlanner {

    private static final String HELPER = "sluice_bound_{id}";

    private AttachPlanner() {}

    static Optional<Plan> plan(Subject subject, SchemaChange.AlterTable change, AlterAction.AttachPartition attach) {
        Table parent = Table.of(subject.facts(), change.table(), false);
        Optional<RelationFacts> known = subject.facts().relation(attach.partition());
        QualifiedName partition = known.map(RelationFacts::name).orElse(attach.partition());
        Optional<String> key = parent.relation()
                .map(r -> r.options().getOrDefault("partition_key", ""))
                .filter(k -> !k.isEmpty())
                .or(() -> subject.facts().assumed() ? Optional.of("RANGE (<key>)") : Optional.empty());
        Optional<String> check = key.flatMap(k -> check(k, attach.bound().text()));
        if (check.isEmpty()) {
            return Optional.empty();
        }
        Draft draft = new Draft(known.map(RelationFacts::rows).orElse(0L));
        String alter = "ALTER TABLE " + Pg.id(partition) + " ";
        String helper = Pg.id(HELPER);
        draft.statements(VALIDATE, alter + "ADD CONSTRAINT " + helper + " CHECK (" + check.get() + ") NOT VALID");
        draft.add(VALIDATE, new Step.Online(alter + "VALIDATE CONSTRAINT " + helper, Optional.empty(), List.of()));
        draft.statements(
                ENFORCE,
                "ALTER TABLE " + Pg.id(parent.name()) + " ATTACH PARTITION " + Pg.id(partition) + " "
                        + attach.bound().text(),
                alter + "DROP CONSTRAINT IF EXISTS " + helper);
        draft.undo("ALTER TABLE IF EXISTS " + Pg.id(partition) + " DROP CONSTRAINT IF EXISTS " + helper);
        draft.note(EXPAND, "nothing: the partition is attached once its rows are known to belong there");
        return Optional.of(draft.plan(parent.name()));
    }

    /** What the bound says of the one key column. */
    private static Optional<String> check(String key, String bound) {
        int open = key.indexOf('(');
        String column = key.substring(open + 1, key.lastIndexOf(')')).strip();
        List<List<String>> lists = lists(bound);
        boolean single = Tokens.of(column, Dialect.POSTGRES).size() == 1 || column.equals("<key>");
        if (!single) {
            return Optional.empty();
        }
        if (key.startsWith("RANGE") && lists.size() == 2) {
            List<String> parts = new ArrayList<>(List.of(column + " IS NOT NULL"));
            limit(column, ">=", lists.get(0)).ifPresent(parts::add);
            limit(column, "<", lists.get(1)).ifPresent(parts::add);
            return Optional.of(String.join(" AND ", parts));
        }
        boolean plainList = key.startsWith("LIST")
                && lists.size() == 1
                && lists.getFirst().stream().noneMatch(v -> v.equalsIgnoreCase("null"));
        return plainList
                ? Optional.of(
                        column + " IS NOT NULL AND " + column + " IN (" + String.join(", ", lists.getFirst()) + ")")
                : Optional.empty();
    }

    private static Optional<String> limit(String column, String operator, List<String> values) {
        String value = values.getFirst();
        boolean open = value.equalsIgnoreCase("minvalue") || value.equalsIgnoreCase("maxvalue");
        return open ? Optional.empty() : Optional.of(column + " " + operator + " (" + value + ")");
    }

    /** The values in each pair of outer parentheses. */
    private static List<List<String>> lists(String bound) {
        List<List<String>> lists = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (Token token : Tokens.of(bound, Dialect.POSTGRES)) {
            if (token.is("(") && depth++ == 0) {
                lists.add(new ArrayList<>());
                start = token.end();
            } else if (token.is(")") && --depth == 0 || token.is(",") && depth == 1) {
                lists.getLast().add(bound.substring(start, token.start()).strip());
                start = token.end();
            }
        }
        return lists;
    }
}
