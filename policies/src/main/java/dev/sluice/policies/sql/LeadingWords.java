package dev.sluice.policies.sql;

import dev.sluice.policies.sql.StatementText.Kind;

/** The words that lead a statement, EXPLAIN and WITH in front of it put aside, and the kind that they make it. */
final class LeadingWords {
    private final Dialect dialect;
    private final boolean mySql;
    private Keyword lead = Keyword.NONE;
    private Keyword second = Keyword.NONE;
    /** Behind WITH, the statement itself. */
    private Keyword main = Keyword.NONE;
    /** Words from the leading one on. */
    private int words;

    private boolean pending = true;
    private boolean explain;
    private boolean analyze;
    private boolean full;
    private boolean program;

    LeadingWords(Dialect dialect) {
        this.dialect = dialect;
        this.mySql = dialect.isMySqlFamily();
    }

    Keyword lead() {
        return lead;
    }

    Keyword second() {
        return second;
    }

    Keyword main() {
        return main;
    }

    /** Whether it only asks for a plan. */
    boolean isExplain() {
        return explain;
    }

    /** Whether the statement is run, EXPLAIN ANALYZE included. */
    boolean isRun() {
        return !explain || analyze;
    }

    /** Whether the leading word is still to come. */
    boolean isPending() {
        return pending;
    }

    void settle(Keyword keyword) {
        lead = keyword;
        pending = false;
        words = 1;
    }

    /** A word while the leading one is still to come. */
    void lead(Keyword keyword, int depth, byte previousSymbol) {
        switch (keyword) {
            case EXPLAIN -> explain = true;
            case DESC, DESCRIBE -> {
                explain = mySql;
                pending = mySql;
            }
            case ANALYZE, ANALYSE -> {
                if (explain) {
                    analyze = true;
                } else {
                    settle(keyword);
                }
            }
            default -> {
                if (!explain || isExplainable(keyword, depth, previousSymbol)) {
                    settle(keyword);
                }
            }
        }
    }

    /** Words between EXPLAIN and its statement are options, or the name of a table. */
    private boolean isExplainable(Keyword keyword, int depth, byte previousSymbol) {
        return switch (keyword) {
            case SELECT, WITH -> depth == 0 || previousSymbol == '(';
            case INSERT,
                    UPDATE,
                    DELETE,
                    REPLACE,
                    MERGE,
                    VALUES,
                    TABLE,
                    EXECUTE,
                    DECLARE,
                    ALTER,
                    CREATE,
                    DROP,
                    RENAME,
                    TRUNCATE,
                    GRANT,
                    REVOKE,
                    LOCK,
                    CALL -> depth == 0;
            case COMMENT, REINDEX, CLUSTER, REFRESH, SECURITY, VACUUM, REASSIGN, IMPORT, DO -> depth == 0 && !mySql;
            case OPTIMIZE, REPAIR -> depth == 0 && mySql;
            default -> false;
        };
    }

    /** COPY runs a program on the server's machine, which may do anything. */
    void runsProgram() {
        program = true;
    }

    /** A quoted name, which may stand for an option in a list of them. */
    void quoted(byte[] text, int start, int end, int depth) {
        if (mySql || depth != 1) {
            return;
        }
        boolean escaped = Chars.lower(text[start]) == 'u';
        analyze |=
                explain && pending && (escaped || is(text, start, end, "analyze") || is(text, start, end, "analyse"));
        full |= lead == Keyword.VACUUM && (escaped || is(text, start, end, "full"));
    }

    private static boolean is(byte[] text, int start, int end, String option) {
        return end - start == option.length() + 2 && Chars.startsWith(text, start + 1, end - 1, option);
    }

    /** A word behind the leading one. */
    void follow(Keyword keyword, int depth) {
        words++;
        if (words == 2) {
            second = keyword;
        }
        if (lead == Keyword.WITH && depth == 0 && main == Keyword.NONE) {
            main(keyword);
        }
        full |= keyword == Keyword.FULL;
        if (keyword == Keyword.FOR && depth == 0 && lead == Keyword.SET && second == Keyword.STATEMENT) {
            // MariaDB's SET STATEMENT … FOR statement
            pending = dialect == Dialect.MARIADB;
        }
    }

    private void main(Keyword keyword) {
        switch (keyword) {
            case SELECT, VALUES, TABLE, INSERT, UPDATE, DELETE, MERGE, REPLACE -> main = keyword;
            default -> {}
        }
    }

    /** MariaDB's BEGIN NOT ATOMIC and its Oracle mode's BEGIN …: not the begin of a transaction. */
    boolean isBlock() {
        return lead == Keyword.BEGIN
                && words > 1
                && (second == Keyword.NOT || (dialect == Dialect.MARIADB && second != Keyword.WORK));
    }

    /** @param into whether INTO names what a query makes */
    Kind kind(boolean into) {
        Kind kind = ofLead(into);
        if (!explain) {
            return kind;
        }
        boolean judged = kind == Kind.SCHEMA_CHANGE || kind == Kind.OPAQUE;
        if (judged && !analyze) {
            return isQuery() ? Kind.DATA : Kind.EXPLAIN_SCHEMA_CHANGE;
        }
        return judged ? Kind.SCHEMA_CHANGE : Kind.DATA;
    }

    private boolean isQuery() {
        return switch (lead) {
            case SELECT, WITH, VALUES, TABLE -> true;
            default -> false;
        };
    }

    private Kind ofLead(boolean into) {
        return switch (lead) {
            case ALTER -> second == Keyword.SLUICE ? Kind.GATEWAY_COMMAND : Kind.SCHEMA_CHANGE;
            case SHOW -> second == Keyword.SLUICE ? Kind.GATEWAY_COMMAND : Kind.DATA;
            case CREATE -> Kind.SCHEMA_CHANGE;
            case DROP -> mySql && second == Keyword.PREPARE ? Kind.DATA : Kind.SCHEMA_CHANGE;
            case VACUUM -> full ? Kind.SCHEMA_CHANGE : Kind.DATA;
            case CALL -> Kind.OPAQUE;
            case COPY -> program && !mySql ? Kind.OPAQUE : Kind.DATA;
            case DO -> mySql ? Kind.DATA : Kind.OPAQUE;
            case EXECUTE, PREPARE, IF, CASE, LOOP, WHILE, REPEAT, FOR, DECLARE -> mySql ? Kind.OPAQUE : Kind.DATA;
            case BEGIN -> isBlock() ? Kind.OPAQUE : Kind.TRANSACTION;
            case START -> second == Keyword.TRANSACTION ? Kind.TRANSACTION : Kind.DATA;
            case COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ABORT, END, XA -> Kind.TRANSACTION;
            case SET, RESET, USE, DISCARD -> Kind.SETTING;
            case SELECT, WITH, VALUES, TABLE -> into && !mySql ? Kind.SCHEMA_CHANGE : Kind.DATA;
            default -> lead.alwaysChangesSchema() ? Kind.SCHEMA_CHANGE : Kind.DATA;
        };
    }
}
