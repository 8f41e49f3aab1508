package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.sql.StatementText;

/** One schema change of a message, with all that was decided about it and on what. */
record Judgement(
        String sql,
        int number,
        StatementText statement,
        SchemaChange change,
        Facts facts,
        StatementContext context,
        Decision decision) {

    String text() {
        return statement.in(sql);
    }

    Judgement with(Decision other) {
        return new Judgement(sql, number, statement, change, facts, context, other);
    }
}
