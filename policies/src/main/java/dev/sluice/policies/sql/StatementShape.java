package dev.sluice.policies.sql;

import dev.sluice.policies.sql.StatementText.Kind;
import org.jspecify.annotations.Nullable;

/** What is seen of one statement while its tokens go by: enough to tell its kind and what it may do. */
final class StatementShape {
    private final Dialect dialect;
    private final boolean mySql;
    private int tokens;
    private int depth;
    /** Words from the leading one on. */
    private int words;

    private Keyword lead = Keyword.NONE;
    private Keyword second = Keyword.NONE;
    /** Behind WITH, the statement itself. */
    private Keyword main = Keyword.NONE;

    private Keyword previous = Keyword.NONE;
    private byte previousSymbol;
    private boolean leadPending = true;
    private boolean explain;
    private boolean analyze;
    private boolean full;
    private boolean whereAtTop;
    private boolean where;
    private boolean query;
    private boolean values;
    private boolean nestedWrite;
    private boolean into;
    private boolean fromAtTop;
    private boolean objectKnown;
    private boolean rule;
    private boolean label;
    private boolean sqlMode;
    private boolean unclear;
    private @Nullable ProgramNesting program;

    StatementShape(Dialect dialect) {
        this.dialect = dialect;
        this.mySql = dialect.isMySqlFamily();
    }

    boolean isEmpty() {
        return tokens == 0;
    }

    boolean endsAtSemicolon() {
        return (program == null || !program.isInside()) && !(rule && depth > 0);
    }

    void word(byte[] text, int start, int end) {
        if (previousSymbol == '.') {
            other((byte) 'a');
            return;
        }
        Keyword keyword = Keyword.of(text, start, end);
        tokens++;
        words++;
        if (leadPending) {
            lead(keyword);
        } else {
            follow(keyword);
        }
        if (program != null) {
            program.word(keyword);
        }
        previous = keyword;
        previousSymbol = 0;
    }

    void symbol(byte symbol) {
        if (symbol == '(') {
            if (tokens == 0) {
                lead = Keyword.SELECT;
                leadPending = false;
            }
            depth++;
        } else if (symbol == ')') {
            depth = Math.max(0, depth - 1);
        } else if (tokens == 0) {
            unclear = true;
        } else if (symbol == ':' && tokens == 1 && mayBeLabel()) {
            label = true;
            program = new ProgramNesting(true);
        }
        pass(symbol);
    }

    /** A name and a colon begin a compound statement; the names of these are reserved. */
    private boolean mayBeLabel() {
        return switch (lead) {
            case SELECT, INSERT, UPDATE, DELETE -> false;
            default -> mySql;
        };
    }

    /** A quoted identifier or a variable. */
    void name(byte[] text, int start, int end) {
        if (mySql && lead == Keyword.SET) {
            for (int i = start; i < end && !sqlMode; i++) {
                sqlMode = Chars.startsWith(text, i, end, "sql_mode");
            }
        }
        other(text[start]);
    }

    /** A token that is neither a word nor a symbol. */
    void other(byte first) {
        if (tokens == 0) {
            unclear = true;
            leadPending = false;
        }
        pass(first);
    }

    private void pass(byte first) {
        tokens++;
        if (program != null) {
            program.other(first);
        }
        previous = Keyword.NONE;
        previousSymbol = first;
    }

    private void lead(Keyword keyword) {
        switch (keyword) {
            case EXPLAIN -> explain = true;
            case DESC, DESCRIBE -> {
                explain = mySql;
                leadPending = mySql;
            }
            case ANALYZE, ANALYSE -> {
                if (explain) {
                    analyze = true;
                } else {
                    settle(keyword);
                }
            }
            default -> {
                if (!explain || isExplainable(keyword)) {
                    settle(keyword);
                }
            }
        }
    }

    private void settle(Keyword keyword) {
        lead = keyword;
        leadPending = false;
        words = 1;
        if (mySql) {
            switch (keyword) {
                case IF, CASE, LOOP, WHILE, REPEAT, FOR, DECLARE -> {
                    program = new ProgramNesting(true);
                    program.other((byte) ';');
                }
                default -> {}
            }
        }
    }

    /** Words between EXPLAIN and its statement are options, or the name of a table. */
    private boolean isExplainable(Keyword keyword) {
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
                    TRUNCATE -> depth == 0;
            case COMMENT,
                    REINDEX,
                    CLUSTER,
                    REFRESH,
                    GRANT,
                    REVOKE,
                    SECURITY,
                    LOCK,
                    VACUUM,
                    REASSIGN,
                    IMPORT,
                    DO,
                    CALL -> depth == 0 && !mySql;
            case OPTIMIZE, REPAIR -> depth == 0 && mySql;
            default -> false;
        };
    }

    private void follow(Keyword keyword) {
        if (words == 2) {
            second(keyword);
        }
        if (lead == Keyword.WITH && depth == 0 && main == Keyword.NONE) {
            main(keyword);
        }
        switch (keyword) {
            case WHERE -> {
                where = true;
                whereAtTop |= depth == 0;
            }
            case VALUES -> values |= depth == 0;
            case SELECT, WITH, TABLE -> query |= !values && (depth == 0 || (depth == 1 && previousSymbol == '('));
            case INTO -> into |= previous != Keyword.INSERT && previous != Keyword.MERGE && previous != Keyword.AS;
            case FROM -> fromAtTop |= depth == 0;
            case UPDATE, DELETE -> nestedWrite |= previousSymbol == '(';
            case FULL -> full = true;
            case SQL_MODE -> sqlMode = true;
            case FOR ->
                leadPending =
                        depth == 0 && dialect == Dialect.MARIADB && lead == Keyword.SET && second == Keyword.STATEMENT;
            default -> {}
        }
        if (!objectKnown && depth == 0) {
            object(keyword);
        }
    }

    private void second(Keyword keyword) {
        second = keyword;
        if (isBlock()) {
            program = new ProgramNesting(true);
            program.word(Keyword.BEGIN);
        }
    }

    /** MariaDB's BEGIN NOT ATOMIC and its Oracle mode's BEGIN …: not the begin of a transaction. */
    private boolean isBlock() {
        return lead == Keyword.BEGIN
                && words > 1
                && (second == Keyword.NOT || (dialect == Dialect.MARIADB && second != Keyword.WORK));
    }

    private void main(Keyword keyword) {
        switch (keyword) {
            case SELECT, VALUES, TABLE, INSERT, UPDATE, DELETE, MERGE, REPLACE -> main = keyword;
            default -> {}
        }
    }

    /** What CREATE or ALTER is about, by the first word that says so: some things have a body. */
    private void object(Keyword keyword) {
        switch (keyword) {
            case PROCEDURE, FUNCTION -> body(lead == Keyword.CREATE);
            case TRIGGER, PACKAGE -> body(mySql && lead == Keyword.CREATE);
            case EVENT -> body(mySql && (lead == Keyword.CREATE || lead == Keyword.ALTER));
            case RULE -> {
                objectKnown = true;
                rule = !mySql && lead == Keyword.CREATE;
            }
            case TABLE, INDEX, VIEW, SCHEMA, DATABASE, TYPE, ROLE, USER -> objectKnown = true;
            default -> {}
        }
    }

    private void body(boolean has) {
        objectKnown = true;
        if (has && program == null) {
            program = new ProgramNesting(mySql);
        }
    }

    /** MySQL reads the statements behind it by the mode that it sets. */
    boolean setsSqlMode() {
        return sqlMode && lead == Keyword.SET;
    }

    /** Whether it changes rows. */
    boolean isWrite() {
        return switch (lead) {
            case INSERT, UPDATE, DELETE, REPLACE, MERGE, COPY, LOAD -> !explain;
            case WITH -> !explain && (nestedWrite || (main != Keyword.SELECT && main != Keyword.NONE));
            default -> false;
        };
    }

    Interest interest() {
        return switch (kind()) {
            case SCHEMA_CHANGE, OPAQUE, GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> Interest.JUDGE;
            case TRANSACTION, SETTING -> Interest.NONE;
            case DATA -> {
                if (unclear) {
                    yield Interest.JUDGE;
                }
                yield (!explain || analyze) && isBulk() ? Interest.BULK_WRITE : Interest.NONE;
            }
        };
    }

    private boolean isBulk() {
        return switch (lead) {
            case UPDATE, DELETE -> !whereAtTop;
            case INSERT, REPLACE -> query;
            case MERGE -> true;
            case COPY -> fromAtTop;
            case LOAD -> mySql && (second == Keyword.DATA || second == Keyword.XML);
            case WITH ->
                (nestedWrite && !where)
                        || main == Keyword.INSERT
                        || main == Keyword.MERGE
                        || main == Keyword.REPLACE
                        || ((main == Keyword.UPDATE || main == Keyword.DELETE) && !whereAtTop);
            default -> false;
        };
    }

    Kind kind() {
        Kind kind = label ? Kind.OPAQUE : ofLead();
        if (!explain) {
            return kind;
        }
        boolean judged = kind == Kind.SCHEMA_CHANGE || kind == Kind.OPAQUE;
        if (judged && !analyze) {
            return into && lead != Keyword.ALTER ? Kind.DATA : Kind.EXPLAIN_SCHEMA_CHANGE;
        }
        return judged ? Kind.SCHEMA_CHANGE : Kind.DATA;
    }

    private Kind ofLead() {
        return switch (lead) {
            case ALTER -> second == Keyword.SLUICE ? Kind.GATEWAY_COMMAND : Kind.SCHEMA_CHANGE;
            case SHOW -> second == Keyword.SLUICE ? Kind.GATEWAY_COMMAND : Kind.DATA;
            case CREATE,
                    TRUNCATE,
                    COMMENT,
                    REINDEX,
                    CLUSTER,
                    REFRESH,
                    GRANT,
                    REVOKE,
                    SECURITY,
                    LOCK,
                    IMPORT,
                    REASSIGN,
                    RENAME,
                    OPTIMIZE,
                    REPAIR,
                    REPACK -> Kind.SCHEMA_CHANGE;
            case DROP -> mySql && second == Keyword.PREPARE ? Kind.DATA : Kind.SCHEMA_CHANGE;
            case VACUUM -> full ? Kind.SCHEMA_CHANGE : Kind.DATA;
            case CALL -> Kind.OPAQUE;
            case DO -> mySql ? Kind.DATA : Kind.OPAQUE;
            case EXECUTE, PREPARE, IF, CASE, LOOP, WHILE, REPEAT, FOR -> mySql ? Kind.OPAQUE : Kind.DATA;
            case DECLARE -> mySql ? Kind.OPAQUE : Kind.DATA;
            case BEGIN -> isBlock() ? Kind.OPAQUE : Kind.TRANSACTION;
            case START -> second == Keyword.TRANSACTION ? Kind.TRANSACTION : Kind.DATA;
            case COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ABORT, END, XA -> Kind.TRANSACTION;
            case SET, RESET, USE, DISCARD -> Kind.SETTING;
            case SELECT, WITH, VALUES, TABLE -> into && !mySql ? Kind.SCHEMA_CHANGE : Kind.DATA;
            default -> Kind.DATA;
        };
    }
}
