package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.QualifiedName;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Kinds of objects by their words, and what statements about them share. */
abstract class Phrases extends MySqlClauses {
    private static final List<String[]> LONG_TYPES = List.of(
            phrase("MATERIALIZED VIEW"),
            phrase("FOREIGN TABLE"),
            phrase("FOREIGN DATA WRAPPER"),
            phrase("EVENT TRIGGER"),
            phrase("ACCESS METHOD"),
            phrase("OPERATOR CLASS"),
            phrase("OPERATOR FAMILY"),
            phrase("TEXT SEARCH CONFIGURATION"),
            phrase("TEXT SEARCH DICTIONARY"),
            phrase("TEXT SEARCH PARSER"),
            phrase("TEXT SEARCH TEMPLATE"),
            phrase("USER MAPPING"),
            phrase("DEFAULT PRIVILEGES"),
            phrase("LARGE OBJECT"),
            phrase("RESOURCE GROUP"),
            phrase("SPATIAL REFERENCE SYSTEM"),
            phrase("UNDO TABLESPACE"),
            phrase("LOGFILE GROUP"),
            phrase("PACKAGE BODY"),
            phrase("JSON RELATIONAL DUALITY VIEW"),
            phrase("JSON DUALITY VIEW"),
            phrase("MASKING POLICY"));

    private static final Set<String> TYPES = Set.of(
            ("VIEW SEQUENCE FUNCTION PROCEDURE ROUTINE AGGREGATE TRIGGER EVENT TYPE DOMAIN SCHEMA DATABASE EXTENSION"
                            + " ROLE USER GROUP RULE POLICY PUBLICATION SUBSCRIPTION COLLATION CONVERSION CAST OPERATOR"
                            + " LANGUAGE SERVER STATISTICS TABLESPACE TRANSFORM INDEX SYSTEM OWNED PACKAGE INSTANCE LIBRARY")
                    .split(" "));

    /** Objects whose names may be words that no table can be named by. */
    private static final Set<String> NAMED_LIKE_FUNCTIONS =
            Set.of("FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE", "TYPE", "ROLE");

    private boolean insideSchema;

    private static String[] phrase(String words) {
        return words.split(" ");
    }

    /** While the elements of CREATE SCHEMA are parsed, the next one ends a statement. */
    final void insideSchema(boolean yes) {
        insideSchema = yes;
    }

    final boolean atElementEnd() {
        return atEnd() || (insideSchema && atAny("CREATE", "GRANT"));
    }

    /** Takes everything to the end of the statement, or of the element of CREATE SCHEMA. */
    final void restOfStatement() throws ParseException {
        while (!atElementEnd()) {
            takeGroup();
        }
    }

    /** Takes the words that name a kind of object and gives them in upper case. */
    final String objectType() throws ParseException {
        for (String[] type : LONG_TYPES) {
            if (take(type)) {
                return String.join(" ", type);
            }
        }
        if (!TYPES.contains(peek().word)) {
            throw unexpected("a kind of object that is known");
        }
        String type = anyWord();
        return pg() && (type.equals("USER") || type.equals("GROUP")) ? "ROLE" : type;
    }

    /** The name of any object: an identifier, a role's string, an operator's symbols. */
    final Optional<QualifiedName> objectName(String type) throws ParseException {
        if (atKind(DdlParserImplConstants.QUOTED_STRING)) {
            String image = getNextToken().image;
            return Optional.of(QualifiedName.of(image.substring(1, image.length() - 1)));
        }
        if (type.equals("SPATIAL REFERENCE SYSTEM") && atKind(DdlParserImplConstants.UNSIGNED_INTEGER_LITERAL)) {
            return Optional.of(QualifiedName.of(getNextToken().image));
        }
        if (type.equals("OPERATOR")) {
            return Optional.of(operatorName());
        }
        if (pg() && type.equals("ROLE") && atAny("ALL", "CURRENT_ROLE", "CURRENT_USER", "SESSION_USER")) {
            return Optional.of(QualifiedName.of(takeLabel()));
        }
        if (isName() || (NAMED_LIKE_FUNCTIONS.contains(type) && isFunctionOrTypeName())) {
            return Optional.of(qualified());
        }
        return Optional.empty();
    }

    private QualifiedName operatorName() throws ParseException {
        Optional<String> schema = Optional.empty();
        if (isName() && peek(2).kind == DdlParserImplConstants.DOT) {
            schema = Optional.of(takeLabel());
            takeKind(DdlParserImplConstants.DOT);
        }
        StringBuilder symbols = new StringBuilder();
        while (!atKind(DdlParserImplConstants.LPAREN) && !atItemEnd()) {
            symbols.append(getNextToken().image);
        }
        return schema.map(of -> QualifiedName.of(of, symbols.toString()))
                .orElseGet(() -> QualifiedName.of(symbols.toString()));
    }

    private QualifiedName qualified() throws ParseException {
        String first = takeLabel();
        if (!takeKind(DdlParserImplConstants.DOT)) {
            return QualifiedName.of(first);
        }
        String second = takeLabel();
        return takeKind(DdlParserImplConstants.DOT)
                ? QualifiedName.of(second, takeLabel())
                : QualifiedName.of(first, second);
    }

    /** The action's first words in upper case. What follows them is taken too. */
    final String actionWords() throws ParseException {
        if (atElementEnd() || peek().word.isEmpty()) {
            restOfStatement();
            return "";
        }
        String first = anyWord();
        String what = first;
        if (first.equals("RENAME") && !atAny("TO", "COLUMN", "CONSTRAINT", "VALUE", "ATTRIBUTE")) {
            what = "RENAME COLUMN";
        } else if (!peek().word.isEmpty() && !atElementEnd()) {
            what = first + " " + anyWord();
        }
        restOfStatement();
        return what;
    }

    /** Takes a list of options and says whether it holds this one, in lower case, and does not switch it off. */
    final boolean takeOptionList(String wanted) throws ParseException {
        boolean on = false;
        needKind(DdlParserImplConstants.LPAREN);
        do {
            boolean meant = isLabel() && takeLabel().equals(wanted);
            boolean off =
                    Set.of("false", "off", "0", "no").contains(peek().value().toLowerCase(Locale.ROOT));
            restOfItem();
            on = meant ? !off : on;
        } while (takeKind(DdlParserImplConstants.COMMA));
        needKind(DdlParserImplConstants.RPAREN);
        return on;
    }
}
