package dev.sluice.proxy.migration;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.proxy.session.ErrorObject;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A migration as the ledger has it.
 *
 * @param table the table, with its schema
 * @param statement the statement as the client sent it
 * @param rowsDone rows filled so far
 * @param rowsTotal rows to fill, estimated; 0 when nothing is filled
 * @param rowsPerSecond lately
 * @param reason why it waits, is throttled or failed
 * @param owner the gateway that runs it
 * @param sqlState of a failure
 * @param about what a failure is about, as far as the server has said
 */
public record Migration(
        DatabaseRef database,
        long id,
        String table,
        String statement,
        State state,
        PhaseName phase,
        long rowsDone,
        long rowsTotal,
        double rowsPerSecond,
        String reason,
        Optional<String> sqlState,
        ErrorObject about,
        String requestedBy,
        String owner,
        Instant createdAt,
        Instant updatedAt) {

    /** How a reason begins that names another session which this migration waits for. */
    public static final String BLOCKED = "blocked by session ";

    /**
     * Whether it waits for another session's transaction. Somebody who holds an open transaction and waits for this
     * migration at the same time, as migration tools with a lock of their own do, would wait for ever.
     */
    public boolean blocked() {
        return !state.ended() && reason.startsWith(BLOCKED);
    }

    /** The states of the contract. A proposal whose transaction has not committed is not shown. */
    public enum State {
        AWAITING_APPROVAL,
        READY,
        RUNNING,
        PAUSED,
        THROTTLED,
        COMPLETE,
        FAILED,
        CANCELLED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether nothing more happens without somebody's word. */
        public boolean ended() {
            return this == COMPLETE || this == FAILED || this == CANCELLED;
        }
    }
}
