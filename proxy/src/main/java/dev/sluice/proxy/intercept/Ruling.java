package dev.sluice.proxy.intercept;

import dev.sluice.proxy.intercept.command.Reply;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import java.util.List;
import java.util.Optional;

/** What a session does with a message that was held. */
public sealed interface Ruling {

    /** Send the message as it is. */
    record Forward() implements Ruling {}

    /**
     * PostgreSQL: send the message with parts of its text replaced, and make the answers look as if it had not been. A
     * forwarded schema change whose outcome must be audited is a substitute without edits.
     *
     * @param edits in order, not overlapping; each covers one statement of the message
     * @param memo what the interceptor wants back with {@link Interceptor#answered}; opaque to the session
     */
    record Substitute(List<Edit> edits, Object memo) implements Ruling {
        public Substitute {
            edits = List.copyOf(edits);
        }
    }

    /**
     * One statement replaced by another.
     *
     * @param statement the statement's number in the message, counted from 0, empty statements not counted
     * @param start first character replaced, in the text that the client sent
     * @param end the character behind the last one
     * @param sql what stands there instead
     * @param tag the command tag that the client is to see in place of the substitute's: {@code ALTER TABLE}
     */
    record Edit(int statement, int start, int end, String sql, String tag) {}

    /** The gateway answers with a table; nothing is sent to the server. Values are text; empty is NULL. */
    record Answer(List<String> columns, List<List<Optional<String>>> rows, String tag) implements Ruling {
        public Answer {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
        }
    }

    /** A gateway command's. */
    static Ruling of(Reply reply) {
        return switch (reply) {
            case Reply.Rows rows -> new Answer(rows.columns(), rows.rows(), rows.tag());
            case Reply.Refusal refusal -> new Refuse(refusal.error());
        };
    }

    /** The gateway answers with an error, which leaves the session as a server's own would. */
    record Refuse(ServerError error) implements Ruling {}

    /**
     * MySQL: everything was run by {@link dev.sluice.proxy.session.HeldSession#query}; the client gets what came of it.
     *
     * @param parts what each statement of the message is answered with, in order
     */
    record Executed(List<Part> parts) implements Ruling {
        public Executed {
            parts = List.copyOf(parts);
        }
    }

    /** One statement's answer on MySQL. */
    sealed interface Part {
        /** @param info the OK packet's message */
        record Ok(long affectedRows, int warnings, String info) implements Part {}

        /** A maintenance statement's findings. Values are text; empty is NULL. */
        record Rows(List<String> columns, List<List<Optional<String>>> rows) implements Part {
            public Rows {
                columns = List.copyOf(columns);
                rows = List.copyOf(rows);
            }
        }

        /** Send this statement of the message by itself and relay its answer. */
        record Relay(int start, int end) implements Part {}

        record Failed(ServerError error) implements Part {}

        /** What the server gave for a statement. */
        static Part of(QueryResult result) {
            return result.columns().isEmpty()
                    ? new Ok(result.affectedRows(), result.warnings(), result.info())
                    : new Rows(result.columns(), result.rows());
        }
    }
}
