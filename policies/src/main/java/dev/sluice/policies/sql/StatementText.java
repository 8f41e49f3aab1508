package dev.sluice.policies.sql;

/**
 * One statement of a message.
 *
 * @param start its first character in the message that is neither blank, comment nor semicolon
 * @param end the character behind its last one, the semicolon not included
 * @param kind what it is by its leading words
 * @param directives from comments in or before it
 */
public record StatementText(int start, int end, Kind kind, Directives directives) {

    /** What a statement is by its leading words. */
    public enum Kind {
        /** Changes a schema, or may: goes to the parser. */
        SCHEMA_CHANGE,
        /** DO, CALL, PREPARE … FROM, EXECUTE IMMEDIATE and the like: goes to the parser too. */
        OPAQUE,
        /** SHOW SLUICE …, ALTER SLUICE …. */
        GATEWAY_COMMAND,
        /** EXPLAIN of a schema change: answered by the gateway. */
        EXPLAIN_SCHEMA_CHANGE,
        /** BEGIN, COMMIT, ROLLBACK, SAVEPOINT, … */
        TRANSACTION,
        /** SET and RESET, USE. */
        SETTING,
        /** Everything else. */
        DATA
    }

    /** Whether the gateway has to judge or answer it itself, and not only to pass it on. */
    public boolean concernsGateway() {
        return switch (kind) {
            case SCHEMA_CHANGE, OPAQUE, GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> true;
            case TRANSACTION, SETTING, DATA -> false;
        };
    }

    public String in(String message) {
        return message.substring(start, end);
    }
}
