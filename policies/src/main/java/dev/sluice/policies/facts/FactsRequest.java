package dev.sluice.policies.facts;

import dev.sluice.policies.ddl.QualifiedName;
import java.util.Set;

/**
 * What a schema change must be judged on.
 *
 * @param relations tables, indexes, views … as the statement names them; the partitions and inheritors of a table come
 *     with it, at every depth, by their real names, and so does the table of an index
 * @param expressions the expressions whose volatility decides, as written
 * @param types the types that may be domains, as written
 * @param newRelations names that the change would give to new relations, to see which are taken
 */
public record FactsRequest(
        Set<QualifiedName> relations,
        Set<ExpressionRequest> expressions,
        Set<String> types,
        Set<QualifiedName> newRelations) {

    /** @param type the type that the expression is assigned to, as written */
    public record ExpressionRequest(String expression, String type) {}

    public FactsRequest {
        relations = Set.copyOf(relations);
        expressions = Set.copyOf(expressions);
        types = Set.copyOf(types);
        newRelations = Set.copyOf(newRelations);
    }

    public boolean isEmpty() {
        return relations.isEmpty() && expressions.isEmpty() && types.isEmpty() && newRelations.isEmpty();
    }
}
