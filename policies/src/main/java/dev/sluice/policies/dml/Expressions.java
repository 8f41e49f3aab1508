package dev.sluice.policies.dml;

import dev.sluice.policies.dml.TableWrite.Function;
import dev.sluice.policies.dml.TableWrite.Time;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.Token;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the expressions of a statement use, and whether they are about anything but their own row. */
final class Expressions {

    private static final Set<String> QUERIES = Set.of("select", "values", "table", "with");

    /** Words before a parenthesis that call nothing. */
    private static final Set<String> SYNTAX = Set.of(
            "in",
            "and",
            "or",
            "not",
            "any",
            "all",
            "some",
            "case",
            "when",
            "then",
            "else",
            "between",
            "like",
            "ilike",
            "is",
            "similar",
            "to",
            "escape",
            "array",
            "row",
            "cast",
            "xor",
            "div",
            "mod",
            "binary",
            "regexp",
            "rlike",
            "where",
            "on",
            "collate",
            "isnull",
            "notnull",
            "from",
            "for",
            "over",
            "filter",
            "within",
            "interval");

    /** The moment of the statement, with or without empty parentheses. */
    private static final Set<String> POSTGRES_TIMES =
            Set.of("current_timestamp", "current_date", "current_time", "localtimestamp", "localtime");

    private static final Set<String> POSTGRES_TIME_FUNCTIONS =
            Set.of("now", "transaction_timestamp", "statement_timestamp");
    private static final Set<String> MYSQL_TIMES = Set.of(
            "current_timestamp",
            "current_date",
            "current_time",
            "localtimestamp",
            "localtime",
            "utc_date",
            "utc_time",
            "utc_timestamp");
    private static final Set<String> MYSQL_TIME_FUNCTIONS = Set.of("now", "curdate", "curtime");

    /** Words that ask who or where one is: the executor is somebody else. */
    private static final Set<String> IDENTITY = Set.of(
            "current_user",
            "session_user",
            "user",
            "current_role",
            "system_user",
            "current_catalog",
            "current_schema",
            "default");

    /** Strings that mean a moment where a date is wanted. */
    private static final Set<String> MOMENTS = Set.of("now", "today", "tomorrow", "yesterday");

    private final boolean mySql;
    private final Set<Function> functions = new LinkedHashSet<>();
    private final Set<String> operators = new LinkedHashSet<>();
    private final List<Time> times = new ArrayList<>();
    private boolean casts;

    Expressions(Dialect dialect) {
        this.mySql = dialect.isMySqlFamily();
    }

    Set<Function> functions() {
        return functions;
    }

    Set<String> operators() {
        return operators;
    }

    boolean casts() {
        return casts;
    }

    List<Time> times() {
        return times;
    }

    /**
     * Reads the tokens of an expression.
     *
     * @return where it ends in the statement
     */
    int read(List<Token> tokens, int from, int to) throws NotBatchedException {
        for (int i = from; i < to; i++) {
            Token token = tokens.get(i);
            switch (token.kind()) {
                case WORD -> word(tokens, i, to);
                case QUOTED_IDENTIFIER -> {
                    if (isCall(tokens, i, to)) {
                        call(tokens, i);
                    }
                }
                case STRING, DOLLAR_STRING -> string(token);
                case SYMBOL -> {
                    casts |= token.isSymbol("::");
                    if (token.isSymbol(":=")) {
                        throw new NotBatchedException("it sets a variable");
                    }
                    operators.add(token.text());
                }
                case NUMBER -> {}
                case END, BLANK, PARAMETER, VARIABLE, COMMENT, CODE_OPEN, CODE_CLOSE ->
                    throw new NotBatchedException("it cannot be read at \"" + token.text() + "\"");
            }
        }
        return tokens.get(to - 1).end();
    }

    private void word(List<Token> tokens, int i, int to) throws NotBatchedException {
        String word = tokens.get(i).text().toLowerCase(Locale.ROOT);
        boolean qualified = i > 0 && tokens.get(i - 1).isSymbol(".");
        boolean qualifies = i + 1 < to && tokens.get(i + 1).isSymbol(".");
        if (!qualified && QUERIES.contains(word)) {
            throw new NotBatchedException("it has a query in it");
        }
        casts |= word.equals("cast") || word.equals("convert");
        boolean call = isCall(tokens, i, to);
        if (qualified || qualifies) {
            if (call) {
                call(tokens, i);
            }
        } else if ((mySql ? MYSQL_TIMES : POSTGRES_TIMES).contains(word)) {
            time(tokens, i, to, word, call);
        } else if (call && (mySql ? MYSQL_TIME_FUNCTIONS : POSTGRES_TIME_FUNCTIONS).contains(word)) {
            time(tokens, i, to, word, true);
        } else if (IDENTITY.contains(word)) {
            throw new NotBatchedException("it uses " + word.toUpperCase(Locale.ROOT));
        } else if (call && !SYNTAX.contains(word) && !isType(tokens, i)) {
            call(tokens, i);
        }
    }

    private static boolean isCall(List<Token> tokens, int i, int to) {
        return i + 1 < to && tokens.get(i + 1).isSymbol("(");
    }

    /** {@code x::numeric(10, 2)}, {@code CAST(x AS char(10))}. */
    private static boolean isType(List<Token> tokens, int i) {
        return i > 0 && (tokens.get(i - 1).isSymbol("::") || tokens.get(i - 1).isWord("as"));
    }

    private void call(List<Token> tokens, int i) throws NotBatchedException {
        Optional<String> schema = Optional.empty();
        if (i > 0 && tokens.get(i - 1).isSymbol(".")) {
            if (i < 2 || !tokens.get(i - 2).isIdentifier()) {
                throw new NotBatchedException(
                        "it cannot be read at \"" + tokens.get(i).text() + "\"");
            }
            schema = Optional.of(tokens.get(i - 2).value());
        }
        String name = tokens.get(i).value();
        functions.add(new Function(schema, mySql ? name.toLowerCase(Locale.ROOT) : name));
    }

    private void time(List<Token> tokens, int i, int to, String word, boolean call) throws NotBatchedException {
        int end = tokens.get(i).end();
        if (call) {
            if (i + 2 >= to || !tokens.get(i + 2).isSymbol(")")) {
                throw new NotBatchedException("it uses " + word.toUpperCase(Locale.ROOT) + " with a precision");
            }
            end = tokens.get(i + 2).end();
        }
        times.add(new Time(tokens.get(i).start(), end, word));
    }

    private void string(Token token) throws NotBatchedException {
        String first = token.value().strip().toLowerCase(Locale.ROOT).split("\\s+", 2)[0];
        if (!mySql && MOMENTS.contains(first)) {
            throw new NotBatchedException("the string '" + first + "' may mean a moment");
        }
    }
}
