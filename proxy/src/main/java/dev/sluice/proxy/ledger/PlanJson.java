package dev.sluice.proxy.ledger;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A plan as JSON, for the ledger. What a newer gateway has added is passed over. */
public final class PlanJson {

    /** How plans name the sequence that numbers existing rows. */
    private static final String HELPER = "sluice_seq_{id}";

    private static final JsonMapper JSON = JsonMapper.builder()
            .addMixIn(Step.class, StepKinds.class)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final Pattern PLACEHOLDER = Pattern.compile("(sluice[A-Za-z0-9_.\"]*)\\{id}");

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Step.Statements.class, name = "statements"),
        @JsonSubTypes.Type(value = Step.Online.class, name = "online"),
        @JsonSubTypes.Type(value = Step.Backfill.class, name = "backfill"),
        @JsonSubTypes.Type(value = Step.Batches.class, name = "batches"),
        @JsonSubTypes.Type(value = Step.Verify.class, name = "verify")
    })
    private interface StepKinds {}

    private PlanJson() {}

    public static String write(Plan plan) {
        return JSON.writeValueAsString(plan);
    }

    public static Plan read(String json) {
        return JSON.readValue(json, Plan.class);
    }

    /**
     * The plan with the migration's number in the place of {@code {id}}. That is replaced in names of the gateway's own
     * alone, those with {@code sluice} before it: {@code "sluice_fill_{id}"}, {@code sluice.fill_{id}()}. Anywhere else
     * it is the client's text.
     */
    public static Plan numbered(Plan plan, long id) {
        String replacement = "$1" + id;
        return mapped(plan, sql -> PLACEHOLDER.matcher(sql).replaceAll(replacement));
    }

    private static Plan mapped(Plan plan, UnaryOperator<String> sql) {
        List<Phase> phases = plan.phases().stream()
                .map(p -> new Phase(
                        p.name(),
                        p.steps().stream().map(s -> mapped(s, sql)).toList(),
                        p.lock(),
                        p.rewritesTable(),
                        p.rows(),
                        p.note()))
                .toList();
        return new Plan(
                plan.target(),
                plan.columns(),
                phases,
                plan.undo().stream().map(sql).toList());
    }

    private static Step mapped(Step step, UnaryOperator<String> sql) {
        return switch (step) {
            case Step.Statements s ->
                new Step.Statements(
                        s.sql().stream().map(sql).toList(), s.doneWhen().map(sql));
            case Step.Online o ->
                new Step.Online(
                        sql.apply(o.sql()),
                        o.doneWhen().map(sql),
                        o.cleanup().stream().map(sql).toList());
            // What is assigned is the client's own text: only the name of a helper of ours is put into it.
            case Step.Backfill b ->
                new Step.Backfill(
                        b.table(),
                        b.assignments().stream()
                                .map(a -> new Step.Assignment(
                                        a.column(), a.expression().replace(HELPER, sql.apply(HELPER))))
                                .toList(),
                        b.pending(),
                        b.keyColumns(),
                        b.leaves(),
                        b.suppressTriggers());
            // The client's own text, and nothing of ours.
            case Step.Batches b -> b;
            case Step.Verify v -> new Step.Verify(sql.apply(v.sql()), v.promise());
        };
    }
}
