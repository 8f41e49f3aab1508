package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.CharsetChange;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.policies.sql.UnclearDashes;
import dev.sluice.proxy.session.ServerError;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;

/** Texts that the server may read in another way than the gateway does: they are refused, with what makes them clear. */
final class Doubt {

    private Doubt() {}

    /** Of a text as the session reads it. */
    static Optional<ServerError> in(String text, SessionModes modes) {
        if (UnclearDashes.standIn(text, modes.rules())) {
            return Optional.of(MySqlErrors.UNCLEAR_DASHES);
        }
        return CharsetChange.makesUnclear(text, modes.rules())
                ? Optional.of(MySqlErrors.UNCLEAR_CHARSET)
                : Optional.empty();
    }

    /** Of bytes that are not valid in the session's character set, where halves of characters look like quotes. */
    static Optional<ServerError> in(byte[] sql, SessionModes session, SessionModes fitting) {
        return session.isAmbiguous() && !fitting.isAmbiguous() && CharsetChange.hasHalf(Charsets.lossless(sql))
                ? Optional.of(MySqlErrors.HALF_CHARACTERS)
                : Optional.empty();
    }

    /** Of the rest of a text, when its beginning has been run and has changed the session's character set. */
    static Optional<ServerError> afterChange(String text, Charset before, Charset now) {
        return !text.isEmpty() && !before.equals(now) && CharsetChange.hasHalf(text)
                ? Optional.of(MySqlErrors.UNCLEAR_CHARSET)
                : Optional.empty();
    }

    /** Whether running them may leave the session in a character set that nothing in them names. */
    static boolean mayChangeCharset(List<StatementText> statements) {
        return statements.size() > 1
                || statements.stream().anyMatch(statement -> statement.kind() == StatementText.Kind.OPAQUE);
    }
}
