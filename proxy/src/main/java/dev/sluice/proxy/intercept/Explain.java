package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.ddl.parser.ExplainStatement;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.TransactionStatus;
import java.util.List;
import java.util.Optional;

/** Answers EXPLAIN of a schema change; runs nothing. Thread-safe; blocks. */
final class Explain {

    private final DdlParser parser;
    private final StatementJudge judge;

    Explain(DdlParser parser, StatementJudge judge) {
        this.parser = parser;
        this.judge = judge;
    }

    Ruling answer(HeldSession session, String sql, StatementText text, String role)
            throws ServerErrorException, RefusedException {
        LexicalRules rules = session.info().lexicalRules();
        ExplainStatement explain = parser.parseExplain(sql, text, rules)
                .orElseThrow(() -> new RefusedException(Refusals.explainOption("its options cannot be read")));
        if (explain.analyze()) {
            throw new RefusedException(Refusals.explainOption("ANALYZE would run the schema change"));
        }
        Earlier earlier = new Earlier(sql, rules, session.transaction() == TransactionStatus.IN_TRANSACTION);
        Judgement judgement = judge.explained(judge.judge(session, sql, explain.inner(), 0, true, earlier, role));
        String column = rules.dialect().isMySqlFamily() ? "EXPLAIN" : "QUERY PLAN";
        List<String> lines = explain.json()
                ? List.of(ExplainFormat.json(judgement.decision()))
                : ExplainFormat.text(judgement.decision(), judgement.change().commandTag());
        return new Ruling.Answer(
                List.of(column),
                lines.stream().map(line -> List.of(Optional.of(line))).toList(),
                "EXPLAIN");
    }
}
