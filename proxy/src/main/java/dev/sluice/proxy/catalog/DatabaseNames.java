package dev.sluice.proxy.catalog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which databases a PostgreSQL server has now. What was asked a moment ago is not asked again. Thread-safe; blocks.
 */
public final class DatabaseNames {

    private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

    private final ControlPools pools;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    public DatabaseNames(ControlPools pools) {
        this.pools = pools;
    }

    /** What a server has said. */
    public sealed interface Names {
        record Known(Set<String> names) implements Names {
            public Known {
                names = Set.copyOf(names);
            }
        }

        /** It does not answer at all. */
        record Unreachable() implements Names {}

        /** It answers, but not this question. */
        record Untold() implements Names {}
    }

    private record Answer(Names names, long atNanos) {
        boolean isFresh() {
            return System.nanoTime() - atNanos < FRESH_NANOS;
        }
    }

    /** The databases of a configured upstream, which must be a PostgreSQL server. */
    public Names of(String upstream) {
        Answer answer = answers.get(upstream);
        if (answer == null || !answer.isFresh()) {
            answer = new Answer(ask(pools.upstream(upstream)), System.nanoTime());
            answers.put(upstream, answer);
        }
        return answer.names();
    }

    private Names ask(ControlUpstream upstream) {
        try (Connection connection =
                        pools.database(upstream.name(), upstream.database()).connection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT datname FROM pg_catalog.pg_database")) {
            Set<String> names = new HashSet<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return new Names.Known(names);
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            return state.startsWith("08") || state.startsWith("57P") ? new Names.Unreachable() : new Names.Untold();
        }
    }
}
