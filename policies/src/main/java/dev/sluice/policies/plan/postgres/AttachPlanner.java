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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * ATTACH PARTITION: a CHECK on the new partition that says what its bounds say is validated online; then the server sees
 * that it need not read the rows. So does one on the default partition, which must not have rows of the new one's.
 */
final class AttachPlanner {

    private static final String BOUND = "sluice_bound_{id}";
    private static final Pattern WITHOUT_COLLATION =
            Pattern.compile("smallint|integer|bigint|real|double precision|uuid|date|boolean|bytea|inet|oid"
                    + "|(numeric|time|timestamp|interval)\\b.*");
    private static final String REST = "sluice_rest_{id}";

    private final Subject subject;
    private final Table parent;
    private final QualifiedName partition;
    private final String bound;
    private final Draft draft;
    private final List<String> helpers = new ArrayList<>();

    private AttachPlanner(Subject subject, SchemaChange.AlterTable change, AlterAction.AttachPartition attach) {
        this.subject = subject;
        this.parent = Table.of(subject.facts(), change.table(), false);
        Optional<RelationFacts> known = subject.facts().relation(attach.partition());
        this.partition = known.map(RelationFacts::name).orElse(attach.partition());
        this.bound = attach.bound().text();
        this.draft = Draft.over(known);
    }

    static Optional<Plan> plan(Subject subject, SchemaChange.AlterTable change, AlterAction.AttachPartition attach) {
        return new AttachPlanner(subject, change, attach).plan();
    }

    /** Why there is no plan, as part of a sentence. */
    static String obstacle(Subject subject, SchemaChange.AlterTable change, AlterAction.AttachPartition attach) {
        AttachPlanner planner = new AttachPlanner(subject, change, attach);
        Optional<RelationFacts> table = planner.parent.relation();
        if (table.isEmpty()) {
            return "nothing is known of " + planner.parent.name();
        }
        Optional<PartitionKey> key = PartitionKey.of(table.get());
        String open = "readers and writers of " + planner.parent.name() + " go on, those of " + planner.partition
                + " wait while its rows are read";
        if (key.isEmpty()) {
            return "the partition key has a collation or operator class of its own, which no CHECK of ours is known to"
                    + " repeat; " + open;
        }
        return provable(key.get(), table.get())
                ? "what the bounds say could not be put into a CHECK; " + open
                : "the server finds a hash partition by a call without a collation, which no CHECK over a column that has"
                        + " one can repeat; " + open;
    }

    private Optional<Plan> plan() {
        if (subject.facts().assumed()) {
            check(partition, BOUND, "<what the bounds say>");
            return Optional.of(attach());
        }
        Optional<RelationFacts> table = parent.relation();
        Optional<PartitionBound> bounds = table.flatMap(
                t -> PartitionKey.of(t).filter(key -> provable(key, t)).map(key -> new PartitionBound(key, t.id())));
        if (bounds.isEmpty()) {
            return Optional.empty();
        }
        boolean possible = PartitionBound.isDefault(bound) ? beside(bounds.get()) : within(bounds.get());
        return possible ? Optional.of(attach()) : Optional.empty();
    }

    /**
     * The server's own condition for a hash is a call without a collation, which no check over a column that has one can
     * be equal to.
     */
    private static boolean provable(PartitionKey key, RelationFacts table) {
        return key.strategy() != PartitionKey.Strategy.HASH
                || key.columns()
                        .filter(columns -> columns.stream()
                                .allMatch(c -> table.column(c)
                                        .filter(column -> WITHOUT_COLLATION
                                                .matcher(column.type())
                                                .matches())
                                        .isPresent()))
                        .isPresent();
    }

    /** The new partition has what no other has. */
    private boolean beside(PartitionBound bounds) {
        List<QualifiedName> others = children();
        List<String> known =
                others.stream().flatMap(other -> boundOf(other).stream()).toList();
        if (others.isEmpty()) {
            return true;
        }
        Optional<String> condition =
                known.size() == others.size() ? bounds.conditionOfDefault(known) : Optional.empty();
        condition.ifPresent(c -> check(partition, BOUND, c));
        return condition.isPresent();
    }

    private boolean within(PartitionBound bounds) {
        Optional<String> condition = bounds.condition(bound);
        condition.ifPresent(c -> {
            check(partition, BOUND, c);
            children().stream()
                    .filter(other ->
                            boundOf(other).filter(PartitionBound::isDefault).isPresent())
                    .findFirst()
                    .ifPresent(rest -> clear(rest, c));
        });
        return condition.isPresent();
    }

    private List<QualifiedName> children() {
        return parent.relation().map(RelationFacts::children).orElse(List.of());
    }

    private Optional<String> boundOf(QualifiedName child) {
        return parent.byName(child).map(r -> r.options().get("partition_bound"));
    }

    /** The default partition: a row of the new one's would have to go first, and none may come in meanwhile. */
    private void clear(QualifiedName rest, String condition) {
        String message = "updated partition constraint for default partition \"" + rest.name()
                + "\" would be violated by some row";
        draft.add(
                VALIDATE,
                new Step.Online(
                        "DO "
                                + Pg.dollar("BEGIN\n  IF EXISTS (SELECT FROM " + Pg.id(rest) + " WHERE " + condition
                                        + ") THEN\n    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = "
                                        + Pg.literal(message) + Pg.about(rest) + ";\n  END IF;\nEND"),
                        Optional.empty(),
                        List.of()));
        check(rest, REST, "NOT (" + condition + ")");
        draft.note(VALIDATE, "rows of the new partition's are not taken by " + rest + " until it is attached");
    }

    private void check(QualifiedName table, String name, String condition) {
        String alter = "ALTER TABLE " + Pg.id(table) + " ";
        String helper = Pg.id(name);
        draft.statements(VALIDATE, alter + "ADD CONSTRAINT " + helper + " CHECK (" + condition + ") NOT VALID");
        draft.add(VALIDATE, new Step.Online(alter + "VALIDATE CONSTRAINT " + helper, Optional.empty(), List.of()));
        helpers.add(alter + "DROP CONSTRAINT IF EXISTS " + helper);
        draft.undo("ALTER TABLE IF EXISTS " + Pg.id(table) + " DROP CONSTRAINT IF EXISTS " + helper);
    }

    private Plan attach() {
        List<String> statements = new ArrayList<>();
        statements.add("ALTER TABLE " + Pg.id(parent.name()) + " ATTACH PARTITION " + Pg.id(partition) + " " + bound);
        statements.addAll(helpers);
        draft.add(ENFORCE, new Step.Statements(statements, Optional.empty()));
        draft.note(EXPAND, "nothing: the partition is attached once its rows are known to belong there");
        return draft.plan(parent.name());
    }
}
