package dev.sluice.policies.policy;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.sql.WriteShape;
import dev.sluice.policies.sql.WriteText;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One rule by which a statement of an application is known as a backfill. Immutable and thread-safe. */
public final class BackfillRule {

    /** What stands out in a text by itself; the others look like ordinary traffic. */
    private static final Set<WriteShape> BULKY = EnumSet.of(
            WriteShape.UNBOUNDED, WriteShape.INSERT_SELECT, WriteShape.COPY, WriteShape.LOAD_DATA, WriteShape.MERGE);

    private final PolicyDocument.Backfill written;
    private final Condition session;
    private final Condition table;
    private final Map<String, Glob> tags = new HashMap<>();
    private final List<Glob> texts;

    private BackfillRule(PolicyDocument.Backfill written, Condition session, Condition table) {
        this.written = written;
        this.session = session;
        this.table = table;
        written.tags().forEach((key, value) -> tags.put(key, Glob.of(value)));
        this.texts = written.texts().stream()
                .map(text -> Glob.of(text.toLowerCase(Locale.ROOT).strip().replaceAll("\\s+", " ")))
                .toList();
    }

    static BackfillRule of(PolicyDocument.Backfill written) throws PolicyException {
        When w = written.when();
        When withoutTable = new When(
                w.environments(),
                w.databases(),
                List.of(),
                w.roles(),
                w.applications(),
                w.networks(),
                Optional.empty(),
                Optional.empty(),
                w.during(),
                w.outside(),
                w.expression());
        When tableAlone = When.ofTables(w.tables());
        return new BackfillRule(written, Condition.of(withoutTable), Condition.of(tableAlone));
    }

    public String name() {
        return written.name();
    }

    boolean isPaced() {
        return written.paced();
    }

    /** For each session; 0: what the server bears. */
    public long maxRowsPerSecond() {
        return written.maxRowsPerSecond();
    }

    /** For each session's COPY or LOAD DATA; 0: what the server bears. */
    public long maxBytesPerSecond() {
        return written.maxBytesPerSecond();
    }

    /** After which a statement goes on whatever the pressure is. */
    public Duration maxDelay() {
        return written.maxDelay();
    }

    boolean concerns(PolicyContext context) {
        return session.holds(context);
    }

    /** Whether it may match statements that nothing in their shape distinguishes from ordinary ones. */
    public boolean looksAtOrdinaryWrites() {
        return written.shapes().isEmpty() || !BULKY.containsAll(written.shapes());
    }

    boolean matches(WriteText statement) {
        return !statement.shapes().isEmpty()
                && (written.shapes().isEmpty() || statement.shapes().stream().anyMatch(written.shapes()::contains))
                && tags.entrySet().stream().allMatch(tag -> isTagged(statement, tag.getKey(), tag.getValue()))
                && (texts.isEmpty() || texts.stream().anyMatch(glob -> glob.matches(statement.text())))
                && (written.when().tables().isEmpty() || table.holds(about(statement)));
    }

    private static boolean isTagged(WriteText statement, String key, Glob value) {
        String said = statement.tags().get(key);
        return said != null && value.matches(said);
    }

    private static PolicyContext about(WriteText statement) {
        return PolicyContext.anywhere(Instant.EPOCH)
                .about(statement.table().map(name -> new QualifiedName(statement.schema(), name)));
    }
}
