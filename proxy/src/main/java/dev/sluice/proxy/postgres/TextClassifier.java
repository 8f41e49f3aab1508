package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.proxy.session.CallScreen;

/** Decides from a message's bytes whether it must be judged. Called on event loops for every statement. */
@FunctionalInterface
public interface TextClassifier {
    Interest classify(byte[] text, int from, int to, LexicalRules rules);

    /** What looks at the texts that are no schema changes by their words, in the sessions of a database. */
    default CallScreen calls(String database) {
        return CallScreen.NONE;
    }
}
