package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.StatementText;
import java.util.Optional;

/**
 * EXPLAIN of a statement, as the gateway answers it for schema changes.
 *
 * @param json whether {@code FORMAT JSON} is asked for
 * @param analyze whether ANALYZE is asked for, with which a server would run the statement
 * @param inner the statement that is explained
 */
public record ExplainStatement(boolean json, boolean analyze, StatementText inner) {

    static Optional<ExplainStatement> read(DdlLexer lexer, StatementText statement, LexicalRules rules) {
        DdlToken token = lexer.next();
        if (!token.is("EXPLAIN") && !(rules.dialect().isMySqlFamily() && (token.is("DESCRIBE") || token.is("DESC")))) {
            return Optional.empty();
        }
        boolean json = false;
        boolean analyze = false;
        boolean listed = false;
        DdlToken before = token;
        token = lexer.next();
        while (token.kind != DdlParserImplConstants.EOF) {
            if (token.kind == DdlParserImplConstants.LPAREN
                    && rules.dialect() == Dialect.POSTGRES
                    && before.is("EXPLAIN")) {
                listed = true;
            } else if (token.kind == DdlParserImplConstants.RPAREN && listed) {
                listed = false;
            } else if (token.is("ANALYZE") || token.is("ANALYSE")) {
                analyze = true;
            } else if (isJson(before, token)) {
                json = true;
            } else if (!listed && !isOption(before, token)) {
                return Optional.of(new ExplainStatement(
                        json,
                        analyze,
                        new StatementText(
                                token.start,
                                statement.end(),
                                StatementText.Kind.SCHEMA_CHANGE,
                                statement.directives())));
            } else if (listed && before.is("ANALYZE") && isOff(token)) {
                analyze = false;
            }
            before = token.kind == DdlParserImplConstants.EQ ? before : token;
            token = lexer.next();
        }
        return Optional.empty();
    }

    private static boolean isJson(DdlToken before, DdlToken token) {
        return before.is("FORMAT") && token.image.replaceAll("['\"]", "").equalsIgnoreCase("json");
    }

    private static boolean isOff(DdlToken token) {
        return token.is("FALSE") || token.is("OFF") || token.image.equals("0");
    }

    private static boolean isOption(DdlToken before, DdlToken token) {
        return token.is("FORMAT")
                || token.is("VERBOSE")
                || token.is("EXTENDED")
                || token.is("PARTITIONS")
                || before.is("FORMAT")
                || token.kind == DdlParserImplConstants.EQ;
    }
}
