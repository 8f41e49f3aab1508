package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.rule.ColumnAddition;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.proxy.session.ServerError;
import java.util.Optional;

/**
 * A column that is there already, added again with a default that MySQL itself refuses under row binlog: it would look at
 * that first and answer 1674, while a tool that sends a change once more wants to hear 1060, as of any other column.
 */
final class DuplicateColumn {

    /** ER_DUP_FIELDNAME. */
    private static final int DUPLICATE = 1060;

    private DuplicateColumn() {}

    /** The server's error for it; empty where the server has better words itself. */
    static Optional<ServerError> of(SchemaChange change, Facts facts) {
        if (facts.version().dialect() != Dialect.MYSQL || !(change instanceof SchemaChange.AlterTable alter)) {
            return Optional.empty();
        }
        boolean additions = alter.actions().stream().allMatch(action -> action instanceof AlterAction.AddColumn);
        Optional<RelationFacts> table = facts.relation(alter.table()).filter(known -> additions);
        return table.stream()
                .flatMap(known -> alter.actions().stream()
                        .map(AlterAction.AddColumn.class::cast)
                        .filter(add -> !add.ifNotExists()
                                && known.column(add.column().name()).isPresent())
                        .map(add -> ColumnAddition.of(add, facts)))
                .filter(again -> again.fill() == ColumnAddition.Fill.VOLATILE)
                .findFirst()
                .map(again ->
                        ServerError.of("42S21", DUPLICATE, "Duplicate column name '" + again.name() + "'", "", ""));
    }
}
