package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Classifier;
import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import java.util.List;

/** Looks at the text of a message, to tell what must be held. Thread-safe, and fast: it sees every statement. */
public interface StatementScreen {

    /**
     * What must be done with a text, read under the given rules.
     *
     * @param ambiguous whether the second byte of a character may look like a quote or a backslash
     */
    Interest look(byte[] text, int length, LexicalRules rules, boolean ambiguous);

    /** Whether the text is for the gateway itself, so that the server would not even prepare it. */
    boolean isForGateway(String sql, LexicalRules rules);

    /** By the classifier. */
    static StatementScreen standard() {
        return new StatementScreen() {
            @Override
            public Interest look(byte[] text, int length, LexicalRules rules, boolean ambiguous) {
                return ambiguous
                        ? Classifier.classifyAmbiguous(text, 0, length, rules)
                        : Classifier.classify(text, 0, length, rules);
            }

            @Override
            public boolean isForGateway(String sql, LexicalRules rules) {
                List<StatementText> statements = Splitter.splitWithoutDirectives(sql, rules);
                return statements.size() == 1
                        && switch (statements.getFirst().kind()) {
                            case GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> true;
                            case SCHEMA_CHANGE, OPAQUE, TRANSACTION, SETTING, DATA -> false;
                        };
            }
        };
    }
}
