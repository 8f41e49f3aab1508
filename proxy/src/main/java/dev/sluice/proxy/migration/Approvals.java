package dev.sluice.proxy.migration;

import dev.sluice.policies.judge.Decision;
import java.util.List;
import java.util.Optional;

/**
 * Statements that wait for somebody's approval. A request is shown among the migrations in state
 * {@code awaiting_approval} and takes its number from theirs; approving it lets the same statement of the same user pass
 * once, within a limited time, as long as what it was judged on is the same. Thread-safe; all methods block.
 */
public interface Approvals {

    /**
     * @param fingerprint of the exact statement and of the facts it was judged on
     * @param requestedBy the user that the client authenticated as
     * @param session who asked, for the record
     */
    record Request(
            DatabaseRef database,
            String statement,
            Decision decision,
            String fingerprint,
            String requestedBy,
            String session) {}

    /** Writes a request down and gives its number; one that still waits for the same is given again. */
    long request(Request request) throws MigrationException;

    /**
     * Ends what the same user has asked for the same statement on other facts, approved or not.
     *
     * @return the numbers of those
     */
    List<Long> lapse(DatabaseRef database, String requestedBy, String statement, String fingerprint)
            throws MigrationException;

    /** Uses up an approval of exactly this, when there is one that is still valid. */
    Optional<Long> take(DatabaseRef database, String requestedBy, String fingerprint) throws MigrationException;

    /** The statement did not get through after all: the approval holds as before. */
    void giveBack(DatabaseRef database, long id) throws MigrationException;
}
