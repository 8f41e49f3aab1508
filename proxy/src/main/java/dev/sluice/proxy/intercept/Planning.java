package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.StatementText;
import java.util.List;
import java.util.Optional;

/** Deciding, as interception needs it: the pure functions of the policies module. Thread-safe. */
interface Planning {

    /** @throws dev.sluice.policies.sql.DirectiveException when a directive is unknown or malformed */
    List<StatementText> split(String sql, LexicalRules rules);

    SchemaChange parse(String sql, StatementText statement, LexicalRules rules);

    FactsRequest needs(SchemaChange change);

    Decision judge(SchemaChange change, Facts facts, StatementContext context, Policy policy);

    /** The same once somebody has approved what had to wait for that. */
    Decision approved(SchemaChange change, Facts facts, StatementContext context, Policy policy);

    /** What EXPLAIN says: the phases also where a directive has yet to open the way to them. */
    Decision explain(SchemaChange change, Facts facts, StatementContext context, Policy policy);

    /**
     * PostgreSQL: the one statement that stands in the place of the client's.
     *
     * @param judgement with the decision as it was prepared for the ledger
     * @param expanded what records the expansion, empty when nothing is to be recorded
     */
    String substitute(Judgement judgement, Optional<String> expanded, InterceptorSettings.Locking locking);

    /** Loads what the first statement would otherwise wait for. */
    void warmUp();
}
