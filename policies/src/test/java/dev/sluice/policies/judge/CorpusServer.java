package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.Corpus;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** A server with the tables that its part of the corpus begins with. Judges as nobody in particular. */
enum CorpusServer {
    POSTGRES("postgres-ddl.tsv", ServerVersion.postgres(18), "public"),
    MYSQL("mysql-ddl.tsv", ServerVersion.mysql(8, 4, 0), "shop");

    private static final PolicyContext ANYWHERE = PolicyContext.anywhere(Instant.EPOCH);

    private final DdlParser parser = new DdlParser();
    private final Judge judge = new Judge();
    private final LexicalRules rules;
    private final List<Corpus.Line> judged;
    private final SchemaModel model;

    CorpusServer(String file, ServerVersion version, String schema) {
        List<Corpus.Line> all = Corpus.read(file);
        rules = LexicalRules.defaults(version);
        judged = all.stream().filter(line -> !line.id().isEmpty()).toList();
        model = new SchemaModel(version, schema);
        all.stream()
                .filter(line -> line.id().isEmpty() && !line.statement().startsWith("INSERT"))
                .forEach(line -> model.apply(parse(line.statement())));
    }

    LexicalRules rules() {
        return rules;
    }

    /** The statements that the corpus has a verdict for. */
    List<Corpus.Line> lines() {
        return judged;
    }

    SchemaChange parse(String statement) {
        return parser.parse(statement, text(statement), rules);
    }

    Decision judge(String statement) {
        SchemaChange change = parse(statement);
        return judge.judge(change, model.facts(judge.needs(change)), context(statement), Policy.DEFAULTS);
    }

    Decision explain(String statement) {
        SchemaChange change = parse(statement);
        return judge.explain(change, model.facts(judge.needs(change)), context(statement), Policy.DEFAULTS);
    }

    private StatementContext context(String statement) {
        return new StatementContext(false, Set.of(), text(statement).directives(), ANYWHERE);
    }

    private StatementText text(String statement) {
        return Splitter.split(statement, rules).getFirst();
    }
}
