package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.ddl.TableConstraint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Clauses whose end is found by tokens rather than by a grammar: expressions, attributes, options. */
abstract class Clauses extends TokenCursor {
    /** What ends a default in PostgreSQL, whose grammar admits none of these outside of brackets (b_expr). */
    private static final Set<String> ENDS_POSTGRES_DEFAULT = Set.of(
            "NOT",
            "NULL",
            "CONSTRAINT",
            "CHECK",
            "UNIQUE",
            "PRIMARY",
            "REFERENCES",
            "COLLATE",
            "DEFAULT",
            "DEFERRABLE",
            "INITIALLY");

    private static final Set<String> DEFERRABILITY = Set.of("NOT", "DEFERRABLE", "INITIALLY", "DEFERRED", "IMMEDIATE");

    /** The exact text of a default: to the first token that cannot belong to it. */
    final SourceText defaultExpression() throws ParseException {
        int start = here();
        boolean first = true;
        int caseDepth = 0;
        while (!atItemEnd() && (first || caseDepth > 0 || !endsDefault())) {
            if (at("CASE")) {
                caseDepth++;
            } else if (at("END") && caseDepth > 0) {
                caseDepth--;
            }
            takeGroup();
            first = false;
        }
        if (first) {
            throw unexpected("a default");
        }
        return from(start);
    }

    private boolean endsDefault() {
        DdlToken next = peek();
        return pg() ? endsPostgresDefault(next) : !next.word.isEmpty() && endsMySqlDefault(next);
    }

    private boolean endsPostgresDefault(DdlToken next) {
        if (next.is("GENERATED")) {
            return peek(2).is("ALWAYS") || peek(2).is("BY");
        }
        if (!ENDS_POSTGRES_DEFAULT.contains(next.word)) {
            return false;
        }
        if (next.is("NOT")) {
            return !last().is("IS");
        }
        return !next.is("NULL") || completesOperand(last());
    }

    /** In MySQL a word behind a complete operand begins the next attribute. */
    private boolean endsMySqlDefault(DdlToken next) {
        return completesOperand(last()) && !next.is("FOR") && !next.is("VALUE");
    }

    private static boolean completesOperand(DdlToken token) {
        return switch (token.kind) {
            case DdlParserImplConstants.RPAREN,
                    DdlParserImplConstants.RBRACKET,
                    DdlParserImplConstants.QUOTED_STRING,
                    DdlParserImplConstants.QUOTED_IDENTIFIER,
                    DdlParserImplConstants.UNSIGNED_INTEGER_LITERAL,
                    DdlParserImplConstants.DECIMAL_NUMERIC_LITERAL -> true;
            default -> !token.word.isEmpty() && !token.is("FROM") && !token.is("IS") && !token.is("FOR");
        };
    }

    /** NOT VALID, NO INHERIT and [NOT] ENFORCED; DEFERRABLE and INITIALLY too where they belong to the clause. */
    final ConstraintAttributes attributes(boolean deferrability) throws ParseException {
        ConstraintAttributes attributes = ConstraintAttributes.NONE;
        while (true) {
            if (take("NOT", "VALID")) {
                attributes = attributes.asNotValid();
            } else if (take("NO", "INHERIT")) {
                attributes = attributes.asNoInherit();
            } else if (take("NOT", "ENFORCED")) {
                attributes = attributes.asEnforced(false);
            } else if (take("ENFORCED")) {
                attributes = attributes.asEnforced(true);
            } else if (!deferrability || !takeDeferrability()) {
                return attributes;
            }
        }
    }

    final boolean takeDeferrability() {
        return take("NOT", "DEFERRABLE")
                || take("DEFERRABLE")
                || take("INITIALLY", "DEFERRED")
                || take("INITIALLY", "IMMEDIATE");
    }

    /** Whether nothing but the words of DEFERRABLE and INITIALLY stands before the word. */
    final boolean deferrabilityBefore(String word) {
        int ahead = 1;
        while (DEFERRABILITY.contains(peek(ahead).word)) {
            ahead++;
        }
        return peek(ahead).is(word);
    }

    /** What stands in the parentheses, parted at the commas. */
    final List<String> arguments() throws ParseException {
        List<String> arguments = new ArrayList<>();
        needKind(DdlParserImplConstants.LPAREN);
        while (!atKind(DdlParserImplConstants.RPAREN)) {
            if (!arguments.isEmpty()) {
                needKind(DdlParserImplConstants.COMMA);
            }
            arguments.add(restOfItem().text());
            if (atEnd()) {
                throw unexpected("\")\"");
            }
        }
        needKind(DdlParserImplConstants.RPAREN);
        return arguments;
    }

    /** MATCH, ON DELETE, ON UPDATE of a foreign key. */
    final void referentialActions() throws ParseException {
        while (true) {
            if (take("MATCH")) {
                anyWord();
            } else if (take("ON", "DELETE") || take("ON", "UPDATE")) {
                if (take("SET", "NULL") || take("SET", "DEFAULT")) {
                    optionalGroup();
                } else if (!take("NO", "ACTION") && !take("CASCADE") && !take("RESTRICT")) {
                    throw unexpected("a referential action");
                }
            } else {
                return;
            }
        }
    }

    /** INCLUDE, NULLS DISTINCT, WITH and USING INDEX TABLESPACE of a unique constraint; whether nulls are one value. */
    final boolean indexParameters() throws ParseException {
        boolean nullsNotDistinct = false;
        while (true) {
            if (take("NULLS", "NOT", "DISTINCT")) {
                nullsNotDistinct = true;
            } else if (take("NULLS", "DISTINCT")) {
                nullsNotDistinct = false;
            } else if (at("INCLUDE") || (at("WITH") && peek(2).kind == DdlParserImplConstants.LPAREN)) {
                getNextToken();
                takeGroup();
            } else if (take("USING", "INDEX", "TABLESPACE")) {
                takeName();
            } else {
                return nullsNotDistinct;
            }
        }
    }

    /** STORAGE, COMPRESSION and OPTIONS behind a column's type: takes it and gives its keyword. */
    final String postgresAttribute() throws ParseException {
        if (at("OPTIONS")) {
            String keyword = anyWord();
            takeGroup();
            return keyword;
        }
        if (!atAny("STORAGE", "COMPRESSION")) {
            throw unexpected("a column constraint");
        }
        String keyword = anyWord();
        takeLabel();
        return keyword;
    }

    /** Words in lower case, joined by one blank. */
    static String join(String name, String more) {
        return name + " " + more.toLowerCase(Locale.ROOT);
    }

    /** The tables that foreign keys name. */
    static List<QualifiedName> referencedTables(List<ColumnSpec> columns, List<TableConstraint> constraints) {
        List<QualifiedName> tables = new ArrayList<>();
        for (ColumnSpec column : columns) {
            for (ColumnConstraint.References key : column.all(ColumnConstraint.References.class)) {
                tables.add(key.table());
            }
        }
        for (TableConstraint constraint : constraints) {
            if (constraint instanceof TableConstraint.ForeignKey key) {
                tables.add(key.referenced());
            }
        }
        return tables;
    }
}
