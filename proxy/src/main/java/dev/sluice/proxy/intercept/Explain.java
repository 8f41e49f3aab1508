package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.ddl.parser.ExplainStatement;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.proxy.session.ServerErrorException;
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

    /** @param message an EXPLAIN by itself */
    Ruling answer(HeldMessage message) throws ServerErrorException, RefusedException {
        LexicalRules rules = message.info().lexicalRules();
        ExplainStatement explain = parser.parseExplain(
                        message.sql(), message.statements().getFirst(), rules)
                .orElseThrow(() -> new RefusedException(Refusals.explainOption("its options cannot be read")));
        if (explain.analyze()) {
            throw new RefusedException(Refusals.explainOption("ANALYZE would run the schema change"));
        }
        Judgement judgement = judge.explained(judge.judge(message, explain.inner(), 0, message.earlier()));
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
