package dev.sluice.proxy.migration;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import java.util.List;
import java.util.Optional;

/** Plans written by hand, as the planner makes them. */
final class Plans {

    private Plans() {}

    static final QualifiedName ORDERS = QualifiedName.of("public", "orders");

    /** {@code ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE}, whose expansion is {@link #expand}. */
    static Plan uniqueRef(List<String> key, List<QualifiedName> leaves) {
        return plan(
                List.of(
                        phase(PhaseName.EXPAND, Step.Statements.of(expand())),
                        phase(PhaseName.BACKFILL, backfill(key, leaves, "gen_random_uuid()")),
                        phase(
                                PhaseName.VALIDATE,
                                new Step.Online(
                                        "CREATE UNIQUE INDEX CONCURRENTLY \"orders_ref_key\" ON \"public\".\"orders\" (\"ref\")",
                                        Optional.of(
                                                "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_index WHERE indisvalid AND"
                                                        + " indexrelid = pg_catalog.to_regclass('public.orders_ref_key'))"),
                                        List.of("DROP INDEX CONCURRENTLY IF EXISTS \"public\".\"orders_ref_key\"")),
                                Step.Statements.of("ALTER TABLE public.orders ADD CONSTRAINT \"sluice_nn_{id}\""
                                        + " CHECK (ref IS NOT NULL) NOT VALID"),
                                new Step.Online(
                                        "ALTER TABLE public.orders VALIDATE CONSTRAINT \"sluice_nn_{id}\"",
                                        Optional.empty(),
                                        List.of())),
                        phase(
                                PhaseName.ENFORCE,
                                Step.Statements.of(
                                        "ALTER TABLE public.orders ALTER COLUMN ref SET NOT NULL",
                                        "ALTER TABLE public.orders DROP CONSTRAINT \"sluice_nn_{id}\"",
                                        "ALTER TABLE public.orders ADD CONSTRAINT orders_ref_key UNIQUE USING INDEX orders_ref_key")),
                        verify()),
                List.of("ALTER TABLE public.orders DROP COLUMN IF EXISTS ref"));
    }

    /** {@code ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid()} without the unique index. */
    static Plan ref(List<String> key, List<QualifiedName> leaves, String expression) {
        return plan(
                List.of(
                        phase(PhaseName.EXPAND, Step.Statements.of(expand())),
                        phase(PhaseName.BACKFILL, backfill(key, leaves, expression)),
                        verify()),
                List.of("ALTER TABLE public.orders DROP COLUMN IF EXISTS ref"));
    }

    /** The column and its values alone, without a promise. */
    static Plan fillOnly() {
        return plan(
                List.of(
                        phase(PhaseName.EXPAND, Step.Statements.of(expand())),
                        phase(PhaseName.BACKFILL, backfill(List.of("id"), List.of(), "gen_random_uuid()"))),
                List.of());
    }

    static Plan index() {
        return plan(
                List.of(phase(
                        PhaseName.VALIDATE,
                        new Step.Online(
                                "CREATE INDEX CONCURRENTLY orders_v ON public.orders (v)",
                                Optional.of("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_index WHERE indisvalid AND"
                                        + " indexrelid = pg_catalog.to_regclass('public.orders_v'))"),
                                List.of("DROP INDEX CONCURRENTLY IF EXISTS public.orders_v")))),
                List.of("DROP INDEX CONCURRENTLY IF EXISTS public.orders_v"));
    }

    /** Fills a table without a key that has no such column yet. */
    static Plan fill(String table) {
        QualifiedName name = QualifiedName.of("public", table);
        return new Plan(
                Optional.of(name),
                List.of("ref"),
                List.of(
                        phase(PhaseName.VALIDATE, Step.Statements.of("ALTER TABLE public." + table + " ADD ref uuid")),
                        phase(
                                PhaseName.VERIFY,
                                new Step.Backfill(
                                        name,
                                        List.of(new Step.Assignment("ref", "gen_random_uuid()")),
                                        "ref IS NULL",
                                        List.of(),
                                        List.of(),
                                        true))),
                List.of());
    }

    static Plan plan(List<Phase> phases, List<String> undo) {
        return new Plan(Optional.of(ORDERS), List.of("ref"), phases, undo);
    }

    static Phase phase(PhaseName name, Step... steps) {
        return new Phase(name, List.of(steps), "", false, 0, "");
    }

    static Step.Backfill backfill(List<String> key, List<QualifiedName> leaves, String expression) {
        return new Step.Backfill(
                ORDERS, List.of(new Step.Assignment("ref", expression)), "\"ref\" IS NULL", key, leaves, true);
    }

    private static Phase verify() {
        return phase(
                PhaseName.VERIFY,
                new Step.Verify(
                        "SELECT NOT EXISTS (SELECT 1 FROM public.orders WHERE ref IS NULL)", "every row has a ref"));
    }

    static String expand() {
        return "ALTER TABLE public.orders ADD COLUMN ref uuid;"
                + " ALTER TABLE public.orders ALTER COLUMN ref SET DEFAULT gen_random_uuid()";
    }

    static Decision decision(Plan plan) {
        return new Decision(Verdict.PHASE, List.of(), "phases", "volatile default", plan);
    }
}
