package dev.sluice.policies.dml;

import dev.sluice.policies.dml.TableWrite.Part;
import dev.sluice.policies.dml.TableWrite.Verb;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;
import dev.sluice.policies.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code UPDATE t [AS a] SET c = …, … [WHERE …]} and {@code DELETE FROM t [AS a] [WHERE …]} by their tokens. Clauses
 * beyond these are refused by name, and so is everything whose meaning is not plain.
 */
public final class TableWriteReader {

    /** Words at the top level that begin a clause which batches cannot keep. */
    private static final Set<String> CLAUSES = Set.of("from", "returning", "order", "limit", "using");

    private final LexicalRules rules;
    private final String statement;
    private final List<Token> tokens;
    private final Expressions expressions;
    private int at;
    private int stopAt;

    private TableWriteReader(String statement, LexicalRules rules) throws NotBatchedException {
        this.rules = rules;
        this.statement = statement;
        this.tokens = tokens(statement, rules);
        this.expressions = new Expressions(rules.dialect());
    }

    /**
     * @param statement one statement, without a semicolon
     * @throws NotBatchedException where it is something else, or cannot be read with certainty
     */
    public static TableWrite read(String statement, LexicalRules rules) throws NotBatchedException {
        return new TableWriteReader(statement, rules).statement();
    }

    private static List<Token> tokens(String statement, LexicalRules rules) throws NotBatchedException {
        if (!rules.dialect().isMySqlFamily() && !rules.standardConformingStrings()) {
            throw new NotBatchedException("standard_conforming_strings is off");
        }
        if (rules.ansiQuotes() || rules.noBackslashEscapes()) {
            throw new NotBatchedException("the sql_mode changes how strings are read");
        }
        Scanner scanner = Scanner.of(statement, rules);
        List<Token> tokens = new ArrayList<>();
        for (Token token = scanner.nextWithComments(); token.kind() != Kind.END; token = scanner.nextWithComments()) {
            switch (token.kind()) {
                case COMMENT -> {}
                case CODE_OPEN, CODE_CLOSE -> throw new NotBatchedException("it has an executable comment");
                case PARAMETER -> throw new NotBatchedException("it has parameters");
                case VARIABLE -> throw new NotBatchedException("it uses a variable");
                case END, BLANK, WORD, QUOTED_IDENTIFIER, STRING, DOLLAR_STRING, NUMBER, SYMBOL -> tokens.add(token);
            }
        }
        return tokens;
    }

    private TableWrite statement() throws NotBatchedException {
        if (takeWord("update")) {
            return update();
        }
        if (takeWord("delete")) {
            return delete();
        }
        throw new NotBatchedException("it is no UPDATE or DELETE");
    }

    private TableWrite update() throws NotBatchedException {
        Target target = target("set");
        require("set");
        List<String> assigned = new ArrayList<>();
        int start = position();
        int end;
        do {
            assigned.add(assignedColumn(target));
            end = expressions.read(tokens, at, stop());
            at = stopAt;
        } while (takeSymbol(","));
        if (assigned.stream().distinct().count() != assigned.size()) {
            throw new NotBatchedException("a column is set twice");
        }
        Optional<Part> where = where();
        return made(Verb.UPDATE, target, assigned, Optional.of(new Part(start, end)), where);
    }

    private TableWrite delete() throws NotBatchedException {
        require("from");
        Target target = target("where");
        Optional<Part> where = where();
        return made(Verb.DELETE, target, List.of(), Optional.empty(), where);
    }

    private TableWrite made(Verb verb, Target target, List<String> assigned, Optional<Part> set, Optional<Part> where) {
        return new TableWrite(
                rules.dialect(),
                statement,
                verb,
                target.schema(),
                target.table(),
                target.alias(),
                assigned,
                set,
                where,
                expressions.functions(),
                expressions.operators(),
                expressions.casts(),
                expressions.times());
    }

    // ---- the table -----------------------------------------------------------------------------------------------

    private record Target(Optional<String> schema, String table, Optional<String> alias) {}

    private Target target(String behind) throws NotBatchedException {
        if (!rules.dialect().isMySqlFamily()) {
            takeWord("only");
        } else if (at < tokens.size()
                && (tokens.get(at).isWord("ignore") || tokens.get(at).isWord("low_priority"))) {
            throw new NotBatchedException(unexpected());
        }
        String first = name();
        Optional<String> schema = Optional.empty();
        if (takeSymbol(".")) {
            schema = Optional.of(first);
            first = name();
        }
        takeSymbol("*");
        Optional<String> alias = Optional.empty();
        if (takeWord("as")
                || (at < tokens.size()
                        && isName(tokens.get(at))
                        && !tokens.get(at).isWord(behind)
                        && !isClause(at))) {
            alias = Optional.of(name());
        }
        if (at < tokens.size() && !tokens.get(at).isWord(behind)) {
            throw new NotBatchedException(at < tokens.size() && isClause(at) ? clause(at) : unexpected());
        }
        return new Target(schema, first, alias);
    }

    private String name() throws NotBatchedException {
        if (at >= tokens.size() || !isName(tokens.get(at))) {
            throw new NotBatchedException(unexpected());
        }
        return tokens.get(at++).value();
    }

    private static boolean isName(Token token) {
        return token.isIdentifier();
    }

    private String assignedColumn(Target target) throws NotBatchedException {
        if (at < tokens.size() && tokens.get(at).isSymbol("(")) {
            throw new NotBatchedException("it sets several columns at once");
        }
        String column = name();
        if (rules.dialect().isMySqlFamily() && takeSymbol(".")) {
            if (!column.equalsIgnoreCase(target.alias().orElse(target.table()))) {
                throw new NotBatchedException(unexpected());
            }
            column = name();
        }
        if (!takeSymbol("=")) {
            throw new NotBatchedException(unexpected());
        }
        return rules.dialect() == Dialect.POSTGRES ? column : column.toLowerCase(Locale.ROOT);
    }

    // ---- expressions ---------------------------------------------------------------------------------------------

    /** The token behind the expression that begins here: a comma, WHERE, or the end. */
    private int stop() throws NotBatchedException {
        int depth = 0;
        int i = at;
        for (; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.isSymbol("(") || token.isSymbol("[")) {
                depth++;
            } else if (token.isSymbol(")") || token.isSymbol("]")) {
                depth--;
                if (depth < 0) {
                    throw new NotBatchedException("its parentheses do not match");
                }
            } else if (depth == 0 && (token.isSymbol(",") || token.isWord("where"))) {
                break;
            } else if (depth == 0 && isClause(i)) {
                throw new NotBatchedException(clause(i));
            }
        }
        if (depth != 0) {
            throw new NotBatchedException("its parentheses do not match");
        }
        if (i == at) {
            throw new NotBatchedException(unexpected());
        }
        stopAt = i;
        return i;
    }

    private Optional<Part> where() throws NotBatchedException {
        if (at == tokens.size()) {
            return Optional.empty();
        }
        require("where");
        if (at + 1 < tokens.size()
                && tokens.get(at).isWord("current")
                && tokens.get(at + 1).isWord("of")) {
            throw new NotBatchedException("it is about a cursor's row");
        }
        int start = position();
        int stop = stop();
        if (stop != tokens.size()) {
            throw new NotBatchedException("what stands behind WHERE cannot be read");
        }
        int end = expressions.read(tokens, at, stop);
        at = stop;
        return Optional.of(new Part(start, end));
    }

    private boolean isClause(int i) {
        String word = tokens.get(i).kind() == Kind.WORD ? tokens.get(i).text().toLowerCase(Locale.ROOT) : "";
        boolean distinctFrom = word.equals("from") && i > 0 && tokens.get(i - 1).isWord("distinct");
        return CLAUSES.contains(word) && !distinctFrom;
    }

    private String clause(int i) {
        return "it has a " + tokens.get(i).text().toUpperCase(Locale.ROOT) + " clause";
    }

    // ---- tokens --------------------------------------------------------------------------------------------------

    private int position() throws NotBatchedException {
        if (at >= tokens.size()) {
            throw new NotBatchedException(unexpected());
        }
        return tokens.get(at).start();
    }

    private boolean takeWord(String word) {
        boolean there = at < tokens.size() && tokens.get(at).isWord(word);
        at += there ? 1 : 0;
        return there;
    }

    private boolean takeSymbol(String symbol) {
        boolean there = at < tokens.size() && tokens.get(at).isSymbol(symbol);
        at += there ? 1 : 0;
        return there;
    }

    private void require(String word) throws NotBatchedException {
        if (!takeWord(word)) {
            throw new NotBatchedException(unexpected());
        }
    }

    private String unexpected() {
        return at < tokens.size()
                ? "it cannot be read at \"" + tokens.get(at).text() + "\""
                : "it ends where more was expected";
    }
}
