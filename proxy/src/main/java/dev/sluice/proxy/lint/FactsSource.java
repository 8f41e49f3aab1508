package dev.sluice.proxy.lint;

import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.sql.ServerVersion;
import java.sql.SQLException;

/** Where the linter's facts are from: assumptions, or a database. Not for several threads at once. */
public interface FactsSource {

    Facts read(FactsRequest request) throws SQLException;

    /** Whether there is a database behind it. */
    boolean isReal();

    /** Facts on the safe side: every table exists, is large and hot. */
    static FactsSource assumed(ServerVersion version) {
        Facts facts = Facts.assumed(version);
        return new FactsSource() {
            @Override
            public Facts read(FactsRequest request) {
                return facts;
            }

            @Override
            public boolean isReal() {
                return false;
            }
        };
    }
}
