package dev.sluice.proxy.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Tells a walsender's own commands from SQL as the server does: by the first word alone (manual, "Streaming Replication
 * Protocol"). What begins with one and goes on as something else is a syntax error there, never SQL.
 */
final class ReplicationCommand {
    private static final Set<String> WORDS = Set.of(
            "IDENTIFY_SYSTEM",
            "BASE_BACKUP",
            "START_REPLICATION",
            "CREATE_REPLICATION_SLOT",
            "READ_REPLICATION_SLOT",
            "ALTER_REPLICATION_SLOT",
            "DROP_REPLICATION_SLOT",
            "TIMELINE_HISTORY",
            "UPLOAD_MANIFEST",
            "SHOW");
    private static final int LONGEST = "CREATE_REPLICATION_SLOT".length();

    private ReplicationCommand() {}

    /**
     * Whether a text begins with such a word, in the capitals that the server asks for.
     *
     * @param from where the text begins
     * @param to where its message ends
     */
    static boolean leads(ByteBuf in, int from, int to) {
        int start = from;
        while (start < to && isSpace(in.getByte(start))) {
            start++;
        }
        int end = start;
        while (end < to && end - start <= LONGEST && isOfWord(in.getByte(end))) {
            end++;
        }
        return WORDS.contains(in.toString(start, end - start, StandardCharsets.US_ASCII));
    }

    private static boolean isSpace(byte character) {
        return character == ' ' || (character >= '\t' && character <= '\r');
    }

    private static boolean isOfWord(byte character) {
        return character == '_'
                || character == '$'
                || character < 0
                || (character >= '0' && character <= '9')
                || (character >= 'A' && character <= 'Z')
                || (character >= 'a' && character <= 'z');
    }
}
