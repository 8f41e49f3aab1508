package dev.sluice.policies.sql;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The words by which a statement's kind is told. */
enum Keyword {
    /** Any other word. */
    NONE,
    ABORT,
    ALTER,
    ANALYSE,
    ANALYZE,
    AS,
    ATOMIC,
    BEGIN,
    CACHE,
    CALL,
    CASE,
    CLUSTER,
    COMMENT,
    COMMIT,
    COPY,
    CREATE,
    DATA,
    DATABASE,
    DECLARE,
    DEFINER,
    DELETE,
    DESC,
    DESCRIBE,
    DETERMINISTIC,
    DISCARD,
    DO,
    DROP,
    ELSE,
    END,
    EVENT,
    EXECUTE,
    EXPLAIN,
    FOR,
    FROM,
    FULL,
    FUNCTION,
    GRANT,
    IF,
    IMMEDIATE,
    IMPORT,
    INDEX,
    INSERT,
    INTO,
    INVOKER,
    LABEL,
    LOAD,
    LOCK,
    LOOP,
    MERGE,
    NOT,
    OPTIMIZE,
    PACKAGE,
    PREPARE,
    PROCEDURE,
    PROGRAM,
    REASSIGN,
    REFRESH,
    REINDEX,
    RELEASE,
    RENAME,
    REPACK,
    REPAIR,
    REPEAT,
    REPLACE,
    RESET,
    REVOKE,
    ROLE,
    ROLLBACK,
    ROW,
    RULE,
    SAVEPOINT,
    SCHEMA,
    SECURITY,
    SELECT,
    SET,
    SHOW,
    SLUICE,
    SQL,
    START,
    STATEMENT,
    TABLE,
    TABLES,
    TEMP,
    TEMPORARY,
    THEN,
    TO,
    TRANSACTION,
    TRIGGER,
    TRUNCATE,
    TYPE,
    UPDATE,
    USE,
    USER,
    VACUUM,
    VALUES,
    VIEW,
    WHERE,
    WHILE,
    WITH,
    WORK,
    XA,
    XML;

    private static final int LENGTH_MAX = 13;
    private static final @Nullable Keyword[] TABLE_BY_HASH = new Keyword[1024];

    private final byte[] word = name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);

    static {
        for (Keyword keyword : values()) {
            if (keyword != NONE) {
                int slot = hash(keyword.word, 0, keyword.word.length);
                while (TABLE_BY_HASH[slot] != null) {
                    slot = slot + 1 & TABLE_BY_HASH.length - 1;
                }
                TABLE_BY_HASH[slot] = keyword;
            }
        }
    }

    private static int hash(byte[] text, int start, int end) {
        int hash = end - start;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + (text[i] | 0x20);
        }
        return (hash ^ hash >>> 10) & TABLE_BY_HASH.length - 1;
    }

    /** The keyword that stands there in any case, or {@link #NONE}. */
    static Keyword of(byte[] text, int start, int end) {
        if (end - start > LENGTH_MAX || end - start < 2) {
            return NONE;
        }
        int slot = hash(text, start, end);
        while (true) {
            Keyword keyword = TABLE_BY_HASH[slot];
            if (keyword == null) {
                return NONE;
            }
            if (keyword.word.length == end - start && keyword.stands(text, start)) {
                return keyword;
            }
            slot = slot + 1 & TABLE_BY_HASH.length - 1;
        }
    }

    /** The keyword that the word is in any case, or {@link #NONE}. */
    static Keyword of(String word) {
        byte[] text = word.getBytes(StandardCharsets.UTF_8);
        return of(text, 0, text.length);
    }

    /** Whether a statement that this word leads changes a schema whatever follows. */
    boolean alwaysChangesSchema() {
        return switch (this) {
            case TRUNCATE,
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
                    REPACK -> true;
            default -> false;
        };
    }

    private boolean stands(byte[] text, int start) {
        for (int i = 0; i < word.length; i++) {
            if (Chars.lower(text[start + i]) != word[i]) {
                return false;
            }
        }
        return true;
    }
}
