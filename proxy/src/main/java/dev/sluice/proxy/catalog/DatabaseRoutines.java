package dev.sluice.proxy.catalog;

import dev.sluice.policies.facts.RoutineFacts;
import dev.sluice.policies.facts.RoutineFacts.SqlArgument;
import dev.sluice.policies.rule.CallRules;
import dev.sluice.policies.sql.CallFilter;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ProgramBody;
import dev.sluice.policies.sql.RoutineNature;
import dev.sluice.policies.sql.RoutineReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the routines of one database. {@link #mayCall} is for event loops: it reads one field and a text;
 * everything else may ask the server. Thread-safe.
 *
 * <p>Nothing is asked before a text calls something out of the ordinary, or statements have come for a while. Where the server cannot be asked, nothing is known
 * and nothing is caught, until it can.
 */
public final class DatabaseRoutines {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseRoutines.class);
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long BLIND_NANOS = Duration.ofSeconds(30).toNanos();
    /** A transaction that has not committed what it created by then is forgotten. */
    private static final long PROVISIONAL_NANOS = Duration.ofMinutes(10).toNanos();

    private final ControlDatabase database;
    private final Map<String, Provisional> provisional = new ConcurrentHashMap<>();
    private volatile CallFilter filter = CallFilter.unknown();
    private volatile boolean used;

    private RoutineSnapshot snapshot = RoutineSnapshot.EMPTY;
    private String stamp = "";
    private boolean loaded;
    private boolean told;
    private long checkedNanos;
    private long blindUntilNanos;

    private record Provisional(RoutineFacts facts, long untilNanos) {}

    DatabaseRoutines(ControlDatabase database) {
        this.database = database;
        this.blindUntilNanos = System.nanoTime();
    }

    /** Whether a text in UTF-8 may call what is not known to be harmless. */
    public boolean mayCall(byte[] text, int length) {
        if (!used) {
            used = true;
        }
        return filter.mayCall(text, 0, length);
    }

    /**
     * What is known of a routine that a statement calls, as of now; empty for the server's own and for what does not exist.
     *
     * @param currentSchema where a name without schema is looked for; empty: anywhere
     */
    public Optional<RoutineFacts> find(RoutineReference reference, Optional<String> currentSchema) {
        Optional<RoutineFacts> known = current().find(reference, currentSchema);
        return switch (reference) {
            case RoutineReference.Called ignored -> worse(recent(reference), known);
            case RoutineReference.Attribute ignored -> worse(recent(reference), known);
            case RoutineReference.Mentioned ignored -> known;
            case RoutineReference.Written ignored -> known;
            case RoutineReference.Defined defined -> known.or(() -> replaced(defined));
        };
    }

    private Optional<RoutineFacts> recent(RoutineReference reference) {
        return Optional.ofNullable(provisional.get(reference.name()))
                .filter(recent -> recent.untilNanos() - System.nanoTime() > 0)
                .map(Provisional::facts);
    }

    private static Optional<RoutineFacts> worse(Optional<RoutineFacts> recent, Optional<RoutineFacts> known) {
        RoutineNature least = known.map(RoutineFacts::nature).orElse(RoutineNature.HARMLESS);
        return recent.filter(facts -> facts.nature().compareTo(least) > 0).or(() -> known);
    }

    /** Whether a routine of that name exists, in any schema, whose calls were not held for changing a schema. */
    private Optional<RoutineFacts> replaced(RoutineReference.Defined made) {
        boolean exists = recent(made)
                .filter(facts -> facts.nature() == RoutineNature.HARMLESS)
                .isPresent();
        if (!exists && database.upstream().isPostgres()) {
            try (Connection connection = database.connection()) {
                exists =
                        RoutineReader.count(connection, made.name()) > current().changing(made.name());
            } catch (SQLException e) {
                LOG.debug("{}: whether {} exists cannot be read: {}", database, made.name(), e.getMessage());
            }
        }
        RoutineFacts facts = new RoutineFacts(made.name(), RoutineNature.HARMLESS, SqlArgument.NONE, "it exists", "");
        return exists ? Optional.of(facts) : Optional.empty();
    }

    /** Whether what the server has was ever read. */
    public boolean isKnown() {
        current();
        synchronized (this) {
            return loaded;
        }
    }

    /** A routine is being created through the gateway; its transaction may not have ended. */
    public void created(String name, String statement, LexicalRules rules) {
        ProgramBody body = ProgramBody.ofDefinition(statement, rules);
        String lower = name.toLowerCase(Locale.ROOT);
        RoutineNature nature = body.nature();
        String why = body.why();
        for (RoutineReference run : runs(statement, rules)) {
            Optional<RoutineFacts> facts = find(run, Optional.empty());
            if (facts.isPresent() && facts.get().nature().compareTo(nature) > 0) {
                nature = facts.get().nature();
                why = "it runs " + run.name() + ": " + facts.get().why();
            }
        }
        RoutineFacts facts =
                new RoutineFacts(name, nature, SqlArgument.NONE, why, Integer.toHexString(body.hashCode()));
        provisional.put(lower, new Provisional(facts, System.nanoTime() + PROVISIONAL_NANOS));
        synchronized (this) {
            publish();
        }
    }

    /** All by which its body may run another routine. */
    private static List<RoutineReference> runs(String statement, LexicalRules rules) {
        return CallRules.references(statement, rules).stream()
                .filter(reference -> !(reference instanceof RoutineReference.Defined))
                .toList();
    }

    /** Something has happened that may have changed routines. */
    public synchronized void changed() {
        checkedNanos = System.nanoTime() - FRESH_NANOS;
    }

    /** Looks again where statements were seen since the last time. */
    void refresh() {
        boolean wanted;
        synchronized (this) {
            wanted = used;
            used = false;
        }
        if (wanted) {
            current();
        }
    }

    private synchronized RoutineSnapshot current() {
        long now = System.nanoTime();
        if ((loaded && now - checkedNanos < FRESH_NANOS) || now - blindUntilNanos < 0) {
            return snapshot;
        }
        boolean postgres = database.upstream().isPostgres();
        try (Connection connection = database.connection()) {
            String found = RoutineReader.stamp(connection, postgres);
            if (!loaded || !found.equals(stamp)) {
                snapshot = RoutineReader.read(connection, postgres);
                stamp = found;
                loaded = true;
            }
            checkedNanos = now;
            told = false;
        } catch (SQLException e) {
            if (!told) {
                LOG.warn(
                        "{}: its routines cannot be read, so calls of those that change a schema are not seen: {}",
                        database,
                        e.getMessage());
            }
            told = true;
            blindUntilNanos = System.nanoTime() + BLIND_NANOS;
        }
        publish();
        return snapshot;
    }

    private void publish() {
        long now = System.nanoTime();
        provisional.values().removeIf(entry -> entry.untilNanos() - now <= 0);
        boolean blind = !loaded && now - blindUntilNanos < 0;
        CallFilter known = loaded || blind ? snapshot.filter() : CallFilter.unknown();
        filter = known.and(provisional.entrySet().stream()
                .filter(entry -> entry.getValue().facts().nature() != RoutineNature.HARMLESS)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()));
    }
}
