package dev.sluice.proxy.intercept;

import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;

/**
 * Asks PostgreSQL whether it can read a statement that the gateway's parser cannot. A statement that the server refuses
 * for its syntax does nothing, and its own error is what the client should see.
 *
 * <p>PL/pgSQL reads all statements of a block before it runs any, and this block returns before the statement. The
 * answer comes back in a setting, since a DO block has no result; an error in it is caught, so a client's transaction is
 * not harmed.
 */
final class SyntaxProbe {

    private SyntaxProbe() {}

    static boolean refuses(HeldSession session, String statement) throws ServerErrorException {
        String tag = freeTag(statement);
        String inner = "DO " + tag + "BEGIN RETURN;\n" + statement + "\n; END" + tag;
        String outerTag = freeTag(inner);
        session.query("DO " + outerTag + "DECLARE code text := '';\nBEGIN\n BEGIN\n  EXECUTE " + quoted(inner, outerTag)
                + ";\n EXCEPTION WHEN others THEN code := SQLSTATE;\n END;\n"
                + " PERFORM pg_catalog.set_config('sluice.probe', code, false);\nEND" + outerTag);
        String code = session.query("SELECT pg_catalog.current_setting('sluice.probe', true)")
                .rows()
                .getFirst()
                .getFirst()
                .orElse("");
        return code.equals("42601") || code.equals("22025") || code.equals("42602");
    }

    /** A dollar quote that neither the text nor the quote around it contains. */
    private static String quoted(String text, String outerTag) {
        int number = 0;
        String tag;
        do {
            tag = "$q" + number++ + "$";
        } while (text.contains(tag) || tag.equals(outerTag));
        return tag + text + tag;
    }

    private static String freeTag(String text) {
        int number = 0;
        String tag;
        do {
            tag = "$sluice" + number++ + "$";
        } while (text.contains(tag));
        return tag;
    }
}
