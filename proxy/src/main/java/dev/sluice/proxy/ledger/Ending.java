package dev.sluice.proxy.ledger;

import dev.sluice.proxy.session.ErrorObject;
import java.util.Optional;

/**
 * How a migration ends or pauses.
 *
 * @param sqlState of a failure
 * @param reason why, empty when it is complete
 * @param about what a failure is about, as far as the server has said
 */
public record Ending(LedgerState state, Optional<String> sqlState, String reason, ErrorObject about) {

    public static Ending of(LedgerState state, String reason) {
        return new Ending(state, Optional.empty(), reason, ErrorObject.NONE);
    }

    public static Ending failed(String sqlState, String reason, ErrorObject about) {
        return new Ending(LedgerState.FAILED, Optional.of(sqlState), reason, about);
    }
}
