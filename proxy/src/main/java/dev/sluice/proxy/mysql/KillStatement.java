package dev.sluice.proxy.mysql;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code KILL QUERY 42}, by which drivers cancel a statement of another connection of theirs. */
final class KillStatement {

    private static final int LONGEST_BYTES = 200;
    private static final Pattern KILL = Pattern.compile(
            "\\s*(?:/\\*.*?\\*/\\s*)*KILL\\s+(?:HARD\\s+|SOFT\\s+)?(?:QUERY\\s+|CONNECTION\\s+)?(\\d{1,18})\\s*;?\\s*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private KillStatement() {}

    /** Whether it is worth a closer look. */
    static boolean mayBe(byte[] text, int length) {
        return length < LONGEST_BYTES
                && length > 5
                && (text[0] == 'K' || text[0] == 'k' || text[0] == '/' || text[0] == ' ');
    }

    /** The number of the connection. */
    static OptionalLong target(byte[] text, int length) {
        Matcher kill = KILL.matcher(new String(text, 0, length, StandardCharsets.ISO_8859_1));
        return kill.matches() ? OptionalLong.of(Long.parseLong(kill.group(1))) : OptionalLong.empty();
    }
}
