package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ProgramBody;
import dev.sluice.policies.sql.RoutineNature;
import dev.sluice.policies.sql.StringText;
import java.util.Locale;
import java.util.Set;

/** Looks through the body of a function, procedure, trigger or event for schema changes. */
final class RoutineBody {
    private static final Set<String> DYNAMIC_VERBS = Set.of("EXECUTE", "PREPARE");
    private static final int MAX_NESTING = 8;
    /** Languages of PostgreSQL that are read here, and those whose bodies are compiled and come with an extension. */
    private static final Set<String> KNOWN_LANGUAGES = Set.of("PLPGSQL", "SQL", "C", "INTERNAL");

    private RoutineBody() {}

    /** Whether the text changes a schema, or runs SQL that it builds; true where the text cannot be read. */
    static boolean holdsDdl(SourceText body, LexicalRules rules) {
        return holdsDdl(body.sql(), body.start(), body.end(), rules, 0);
    }

    private static boolean holdsDdl(String text, int start, int end, LexicalRules rules, int nesting) {
        if (nesting > MAX_NESTING) {
            return true;
        }
        try {
            DdlLexer lexer = new DdlLexer(text, start, end, rules);
            DdlToken token = lexer.next();
            DdlToken before = token;
            while (token.kind != DdlParserImplConstants.EOF) {
                DdlToken next = lexer.next();
                if (isSchemaChange(before, token, next)
                        || isBodyWithDdl(before, token, rules, nesting)
                        || (nesting == 0 && isForeign(token, next, rules))) {
                    return true;
                }
                before = token;
                token = next;
            }
            return false;
        } catch (UnreadableTextException e) {
            return true;
        }
    }

    private static boolean isSchemaChange(DdlToken before, DdlToken token, DdlToken next) {
        if (before.kind == DdlParserImplConstants.DOT || token.word.isEmpty()) {
            return false;
        }
        if (ProgramBody.nature(token.word) == RoutineNature.CHANGES) {
            return !next.word.isEmpty() && !next.is("TEMPORARY") && !next.is("TEMP") && !onCommitDrop(before, token);
        }
        return DYNAMIC_VERBS.contains(token.word) && !next.is("FUNCTION") && !next.is("PROCEDURE");
    }

    /** {@code LANGUAGE plperl}: a body that cannot be read may do anything. */
    private static boolean isForeign(DdlToken token, DdlToken next, LexicalRules rules) {
        return !rules.dialect().isMySqlFamily()
                && token.is("LANGUAGE")
                && !KNOWN_LANGUAGES.contains(next.value().toUpperCase(Locale.ROOT));
    }

    private static boolean onCommitDrop(DdlToken before, DdlToken token) {
        return token.is("DROP") && before.is("COMMIT");
    }

    /** A body in quotes: {@code AS $$ … $$}, {@code AS 'object', 'symbol'}. */
    private static boolean isBodyWithDdl(DdlToken before, DdlToken token, LexicalRules rules, int nesting) {
        if (token.kind != DdlParserImplConstants.QUOTED_STRING || !(before.is("AS") || before.is("DO"))) {
            return false;
        }
        if (token.image.regionMatches(true, 0, "u&", 0, 2)) {
            return true; // what UESCAPE behind it says decides what it says
        }
        String inner = StringText.decode(token.image, rules);
        return holdsDdl(inner, 0, inner.length(), rules, nesting + 1);
    }
}
