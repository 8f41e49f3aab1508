package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.proxy.session.QueryResult;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * How a session reads text at one moment. Asked of the server whenever a message is held, so it is never out of date.
 *
 * @param database the current one, empty: none
 * @param client what its statements are written in
 * @param aside what must be set aside for the gateway's own questions
 */
record SessionModes(LexicalRules rules, String database, Charset client, SetAside aside) {

    /** Answered in plain letters by a session with any settings. */
    static final String QUESTION =
            "SELECT @@sql_mode, HEX(DATABASE()), @@character_set_client, " + SetAside.COLUMNS + " LIMIT 1";

    /** Before anything was asked. */
    static SessionModes plain(LexicalRules rules) {
        return new SessionModes(rules, "", StandardCharsets.UTF_8, SetAside.NONE);
    }

    /** From the answer to the question. */
    static SessionModes of(QueryResult answer, LexicalRules plain) {
        List<Optional<String>> row = answer.rows().getFirst();
        String mode = row.get(0).orElse("");
        return new SessionModes(
                Readings.rules(plain.version(), mode.contains("ANSI_QUOTES"), mode.contains("NO_BACKSLASH_ESCAPES")),
                new String(HexFormat.of().parseHex(row.get(1).orElse("")), StandardCharsets.UTF_8),
                Charsets.of(row.get(2).orElse("utf8mb4")),
                SetAside.of(row.subList(3, row.size())));
    }

    /** Whether the second byte of a character may look like a quote or a backslash. */
    boolean isAmbiguous() {
        return Charsets.isAmbiguous(client);
    }

    /** Whether a text says the same by both. */
    boolean readsAs(SessionModes other) {
        return rules.equals(other.rules) && client.equals(other.client);
    }

    /** The same with the character set that a text is really in. */
    SessionModes fitting(byte[] sql) {
        return new SessionModes(rules, database, Charsets.fitting(sql, client), aside);
    }
}
