package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;

/** Decides from a message's bytes whether it must be judged. Called on event loops for every statement. */
@FunctionalInterface
public interface TextClassifier {
    Interest classify(byte[] text, int from, int to, LexicalRules rules);
}
