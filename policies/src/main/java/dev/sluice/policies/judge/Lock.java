package dev.sluice.policies.judge;

import dev.sluice.policies.rule.Subject;
import dev.sluice.policies.sql.Dialect;
import java.util.Optional;

/**
 * The strongest lock that a statement takes on something that exists.
 *
 * @param name in the engine's words
 * @param rewrites whether the table is written anew under it
 */
record Lock(String name, boolean rewrites) {

    static final Lock NONE = new Lock("", false);

    /** The lock of a statement that can and should be run under a lock timeout; empty: it is sent as it is. */
    static Optional<Lock> of(Subject subject) {
        return subject.version().dialect() == Dialect.POSTGRES
                ? PostgresLocks.of(subject)
                : MySqlLocks.of(subject.change());
    }
}
