package dev.sluice.policies.sql;

import dev.sluice.policies.sql.StatementText.Kind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is seen of one statement while its tokens go by: enough to tell its kind, what it may do and where it ends. */
final class StatementShape {
    private final boolean mySql;
    private final LeadingWords leading;
    private int tokens;
    private int depth;
    private Keyword previous = Keyword.NONE;
    private byte previousSymbol;
    private boolean whereAtTop;
    private boolean where;
    /** Whether the condition at the top speaks of anything but constants. */
    private boolean selective;
    /** Whether a clause behind the condition has begun. */
    private boolean conditionOver;

    private boolean query;
    private boolean values;
    private boolean nestedWrite;
    private boolean into;
    private boolean fromAtTop;
    private boolean objectKnown;
    private boolean rule;
    private boolean label;
    private boolean sqlMode;
    /** Whether it sets a variable whose statements the server runs in other sessions. */
    private boolean serverRuns;

    private boolean unclear;
    /** Whether the next name is that of a table that is written. */
    private boolean target;

    /** Whether such a name has just been read, and may be a schema's. */
    private boolean afterTarget;

    private boolean catalogWritten;
    /** Whether COPY names one; whether it writes it is known further on. */
    private boolean catalogCopied;

    private @Nullable ProgramNesting program;

    StatementShape(Dialect dialect) {
        this.mySql = dialect.isMySqlFamily();
        this.leading = new LeadingWords(dialect);
    }

    boolean isEmpty() {
        return tokens == 0;
    }

    boolean endsAtSemicolon() {
        return (program == null || !program.isInside()) && !(rule && depth > 0);
    }

    void word(byte[] text, int start, int end) {
        if (previousSymbol == '.') {
            written(text, start, end);
            other((byte) 'a');
            return;
        }
        if (target && !Chars.startsWith(text, start, end, "only")) {
            written(text, start, end);
        } else {
            afterTarget = false;
        }
        conditionOver |= whereAtTop && depth == 0 && endsCondition(text, start, end);
        selective |= whereAtTop && !conditionOver && !isConstant(text, start, end);
        Keyword keyword = Keyword.of(text, start, end);
        setting(text, start, end);
        tokens++;
        if (leading.isPending()) {
            lead(keyword);
        } else {
            follow(keyword);
        }
        if (program != null) {
            program.word(keyword);
        }
        target = isWritten(keyword) || (target && Chars.startsWith(text, start, end, "only"));
        previous = keyword;
        previousSymbol = 0;
    }

    /** Whether the name behind this word is that of a table that is written. */
    private boolean isWritten(Keyword keyword) {
        return !mySql
                && switch (keyword) {
                    case UPDATE -> previous != Keyword.FOR && previous != Keyword.DO;
                    case INTO -> previous == Keyword.INSERT || previous == Keyword.MERGE;
                    case FROM -> previous == Keyword.DELETE;
                    case COPY -> tokens == 1;
                    default -> false;
                };
    }

    private void written(byte[] text, int start, int end) {
        if (target || afterTarget) {
            boolean defines = Catalogs.define(text, start, end);
            catalogCopied |= defines && leading.lead() == Keyword.COPY;
            catalogWritten |= defines && leading.lead() != Keyword.COPY;
            afterTarget = target;
            target = false;
        }
    }

    void symbol(byte symbol) {
        if (symbol == '(') {
            if (tokens == 0) {
                leading.settle(Keyword.SELECT);
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
        return switch (leading.lead()) {
            case SELECT, INSERT, UPDATE, DELETE -> false;
            default -> mySql;
        };
    }

    /** Words of which a condition may consist that every row satisfies. */
    static boolean isConstant(byte[] text, int start, int end) {
        return switch (end - start) {
            case 2 -> Chars.startsWith(text, start, end, "or") || Chars.startsWith(text, start, end, "is");
            case 3 -> Chars.startsWith(text, start, end, "and") || Chars.startsWith(text, start, end, "not");
            case 4 -> Chars.startsWith(text, start, end, "true") || Chars.startsWith(text, start, end, "null");
            case 5 -> Chars.startsWith(text, start, end, "false");
            default -> false;
        };
    }

    /** What may follow a condition: it says nothing of which rows are meant, or how many at most. */
    private static boolean endsCondition(byte[] text, int start, int end) {
        return switch (end - start) {
            case 5 -> Chars.startsWith(text, start, end, "order") || Chars.startsWith(text, start, end, "limit");
            case 9 -> Chars.startsWith(text, start, end, "returning");
            default -> false;
        };
    }

    /** A quoted identifier or a variable. */
    void name(byte[] text, int start, int end) {
        if (end - start > 2) {
            written(text, start + 1, end - 1);
        }
        leading.quoted(text, start, end, depth);
        selective |= whereAtTop && !conditionOver;
        setting(text, start, end);
        other(text[start]);
    }

    private void setting(byte[] text, int start, int end) {
        if (!mySql || leading.lead() != Keyword.SET) {
            return;
        }
        for (int i = start; i + 8 <= end; i++) {
            sqlMode |= Chars.startsWith(text, i, end, "sql_mode");
            serverRuns |= Chars.startsWith(text, i, end, "init_connect")
                    || Chars.startsWith(text, i, end, "init_replica")
                    || Chars.startsWith(text, i, end, "init_slave");
        }
    }

    /** A token that is neither a word nor a symbol. */
    void other(byte first) {
        if (tokens == 0) {
            unclear = true;
            leading.settle(Keyword.NONE);
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
        leading.lead(keyword, depth, previousSymbol);
        if (!mySql || leading.isPending()) {
            return;
        }
        switch (keyword) {
            case IF, CASE, LOOP, WHILE, REPEAT, FOR, DECLARE -> {
                program = new ProgramNesting(true);
                program.other((byte) ';');
            }
            default -> {}
        }
    }

    private void follow(Keyword keyword) {
        boolean blockBefore = leading.isBlock();
        leading.follow(keyword, depth);
        if (!blockBefore && leading.isBlock()) {
            program = new ProgramNesting(true);
            program.word(Keyword.BEGIN);
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
            case PROGRAM -> {
                if (leading.lead() == Keyword.COPY && (previous == Keyword.FROM || previous == Keyword.TO)) {
                    leading.runsProgram();
                }
            }
            default -> {}
        }
        if (!objectKnown && depth == 0) {
            object(keyword);
        }
    }

    /** What CREATE or ALTER is about, by the first word that says so: some things have a body. */
    private void object(Keyword keyword) {
        boolean create = leading.lead() == Keyword.CREATE;
        switch (keyword) {
            case PROCEDURE, FUNCTION -> body(create);
            case TRIGGER, PACKAGE -> body(mySql && create);
            case EVENT -> body(mySql && (create || leading.lead() == Keyword.ALTER));
            case RULE -> {
                objectKnown = true;
                rule = !mySql && create;
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
        return sqlMode && leading.lead() == Keyword.SET;
    }

    Optional<WriteShape> writeShape() {
        if (!isWrite()) {
            return Optional.empty();
        }
        return switch (leading.lead()) {
            case UPDATE -> Optional.of(isBounded() ? WriteShape.UPDATE : WriteShape.UNBOUNDED);
            case DELETE -> Optional.of(isBounded() ? WriteShape.DELETE : WriteShape.UNBOUNDED);
            case INSERT, REPLACE -> Optional.of(query ? WriteShape.INSERT_SELECT : WriteShape.INSERT);
            case MERGE -> Optional.of(WriteShape.MERGE);
            case COPY -> fromAtTop ? Optional.of(WriteShape.COPY) : Optional.empty();
            case LOAD -> Optional.of(WriteShape.LOAD_DATA);
            case WITH -> Optional.of(behindWith());
            default -> Optional.empty();
        };
    }

    private WriteShape behindWith() {
        return switch (leading.main()) {
            case INSERT, REPLACE -> WriteShape.INSERT_SELECT;
            case MERGE -> WriteShape.MERGE;
            case UPDATE -> isBounded() ? WriteShape.UPDATE : WriteShape.UNBOUNDED;
            case DELETE -> isBounded() ? WriteShape.DELETE : WriteShape.UNBOUNDED;
            default -> isBulkBehindWith() ? WriteShape.UNBOUNDED : WriteShape.UPDATE;
        };
    }

    private boolean isBounded() {
        return whereAtTop && selective;
    }

    /** Whether it changes rows. */
    boolean isWrite() {
        if (leading.isExplain()) {
            return false;
        }
        return switch (leading.lead()) {
            case INSERT, UPDATE, DELETE, REPLACE, MERGE, COPY, LOAD -> true;
            case WITH -> nestedWrite || (leading.main() != Keyword.SELECT && leading.main() != Keyword.NONE);
            default -> false;
        };
    }

    Kind kind() {
        Kind kind = leading.kind(into);
        boolean written = catalogWritten || (catalogCopied && fromAtTop);
        return label || serverRuns || (written && kind == Kind.DATA && leading.isRun()) ? Kind.OPAQUE : kind;
    }

    Interest interest() {
        return switch (kind()) {
            case SCHEMA_CHANGE, OPAQUE, GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> Interest.JUDGE;
            case TRANSACTION, SETTING -> Interest.NONE;
            case DATA -> {
                if (unclear) {
                    yield Interest.JUDGE;
                }
                yield leading.isRun() && isBulk() ? Interest.BULK_WRITE : Interest.NONE;
            }
        };
    }

    private boolean isBulk() {
        return switch (leading.lead()) {
            case UPDATE, DELETE -> !isBounded();
            case INSERT, REPLACE -> query;
            case MERGE -> true;
            case COPY -> fromAtTop;
            case LOAD -> mySql && (leading.second() == Keyword.DATA || leading.second() == Keyword.XML);
            case WITH -> isBulkBehindWith();
            default -> false;
        };
    }

    private boolean isBulkBehindWith() {
        return switch (leading.main()) {
            case INSERT, MERGE, REPLACE -> true;
            case UPDATE, DELETE -> !isBounded();
            default -> nestedWrite && !where;
        };
    }
}
