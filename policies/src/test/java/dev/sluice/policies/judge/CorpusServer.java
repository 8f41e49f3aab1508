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
import java.util.stream.Stream;

/** A server with the tables that its part of the corpus begins with. Judges as nobody in particular. */
enum CorpusServer {
    POSTGRES(ServerVersion.postgres(18), "public", "postgres-ddl.tsv"),
    MYSQL(ServerVersion.mysql(8, 4, 0), "shop", "mysql-ddl.tsv"),
    POSTGRES_MANUAL(ServerVersion.postgres(18), "public", "postgres-ddl.tsv", "postgres-manual.tsv"),
    MYSQL_MANUAL(ServerVersion.mysql(9, 7, 0), "shop", "mysql-ddl.tsv", "mysql-manual.tsv"),
    POSTGRES_MORE(ServerVersion.postgres(18), "public", "postgres-ddl.tsv", "postgres-manual.tsv", "postgres-more.tsv"),
    POSTGRES_KINDS(
            ServerVersion.postgres(18),
            "public",
            "postgres-ddl.tsv",
            "postgres-manual.tsv",
            "postgres-more.tsv",
            "postgres-kinds.tsv"),
    MYSQL_MORE(ServerVersion.mysql(9, 7, 0), "shop", "mysql-ddl.tsv", "mysql-more.tsv"),
    MYSQL_FORMS(ServerVersion.mysql(9, 7, 0), "shop", "mysql-ddl.tsv", "mysql-forms.tsv"),
    MARIADB_MANUAL(ServerVersion.mariadb(11, 8, 0), "shop", "mysql-ddl.tsv", "mariadb-manual.tsv");

    private static final PolicyContext ANYWHERE = PolicyContext.anywhere(Instant.EPOCH);

    private final DdlParser parser = new DdlParser();
    private final Judge judge = new Judge();
    private final LexicalRules rules;
    private final List<Corpus.Line> judged;
    private final SchemaModel model;

    /** @param files the first ones' fixtures are the last one's too, whose statements are judged */
    CorpusServer(ServerVersion version, String schema, String... files) {
        rules = LexicalRules.defaults(version);
        judged = Corpus.read(files[files.length - 1]).stream()
                .filter(line -> !line.id().isEmpty())
                .toList();
        model = new SchemaModel(version, schema);
        Stream.of(files)
                .flatMap(file -> Corpus.read(file).stream())
                .filter(line -> line.id().isEmpty() && !line.statement().startsWith("INSERT"))
                .forEach(line -> model.apply(parse(line.statement())));
    }

    /** Whether its statements are beyond those of the first two lists, and many. */
    boolean isLong() {
        return this != POSTGRES && this != MYSQL;
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
