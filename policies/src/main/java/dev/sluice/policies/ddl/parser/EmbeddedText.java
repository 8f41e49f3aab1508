package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.StringText;
import java.util.Optional;

/** The SQL text inside EXECUTE IMMEDIATE '…' and PREPARE s FROM '…', where it is one literal. */
final class EmbeddedText {
    private EmbeddedText() {}

    static Optional<String> of(SchemaChange.Opaque opaque, LexicalRules rules) {
        if (!opaque.verb().equals("EXECUTE IMMEDIATE") && !opaque.verb().equals("PREPARE")) {
            return Optional.empty();
        }
        DdlLexer lexer = new DdlLexer(
                opaque.source().sql(), opaque.source().start(), opaque.source().end(), rules);
        DdlToken before = lexer.next();
        DdlToken token = lexer.next();
        while (token.kind != DdlParserImplConstants.EOF) {
            if (token.kind == DdlParserImplConstants.QUOTED_STRING && (before.is("IMMEDIATE") || before.is("FROM"))) {
                DdlToken next = lexer.next();
                return next.kind == DdlParserImplConstants.EOF || next.is("USING")
                        ? Optional.of(StringText.decode(token.image, rules))
                        : Optional.empty();
            }
            before = token;
            token = lexer.next();
        }
        return Optional.empty();
    }
}
