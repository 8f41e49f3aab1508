package dev.sluice.proxy.migration;

import dev.sluice.proxy.ledger.LedgerEntry;
import dev.sluice.proxy.ledger.LedgerState;
import dev.sluice.proxy.ledger.PhaseSpan;
import java.util.List;
import java.util.Optional;

/**
 * A migration is complete, has failed or is cancelled.
 *
 * @param entry the migration as it was before
 * @param sqlState of a failure
 * @param reason why, empty when it is complete
 * @param phases what it went through, whichever gateways ran it
 */
public record MigrationEnd(
        DatabaseRef database,
        LedgerEntry entry,
        LedgerState state,
        Optional<String> sqlState,
        String reason,
        List<PhaseSpan> phases) {

    public MigrationEnd {
        phases = List.copyOf(phases);
    }

    /** Who is told of ends. */
    public interface Listener {

        /** Keeps nothing. */
        Listener NONE = end -> {};

        /**
         * Called by the gateway that ends a migration, before that is committed: an end is told at least once, whatever
         * is killed. May block.
         */
        void ended(MigrationEnd end);
    }
}
