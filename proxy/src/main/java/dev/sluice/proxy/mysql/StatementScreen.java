package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;

/** Looks at the text of a message, to tell what must be held. Thread-safe, and fast: it sees every statement. */
public interface StatementScreen {

    /** What must be done with a text, read under the given rules. */
    Interest look(byte[] text, int length, LexicalRules rules);

    /** Whether the text is for the gateway itself, so that the server would not even prepare it. */
    boolean isForGateway(String sql, LexicalRules rules);
}
