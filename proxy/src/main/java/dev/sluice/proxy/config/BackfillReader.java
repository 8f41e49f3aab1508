package dev.sluice.proxy.config;

import dev.sluice.policies.policy.Backfills;
import dev.sluice.policies.policy.PolicyDocument.Backfill;
import dev.sluice.policies.policy.When;
import dev.sluice.policies.sql.WriteShape;
import dev.sluice.proxy.config.Reading.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads the part of a policy that says which statements of the applications are a backfill. */
final class BackfillReader {

    private static final Map<String, WriteShape> SHAPES =
            Arrays.stream(WriteShape.values()).collect(Collectors.toUnmodifiableMap(WriteShape::word, shape -> shape));
    private static final String ANY = "any";
    private static final int MOST_ROWS = 1_000_000_000;
    private static final long MOST_BYTES = 1L << 40;

    private final String source;
    private final Reading reading;

    BackfillReader(String source, Reading reading) {
        this.source = source;
        this.reading = reading;
    }

    Backfill read(Section s) {
        String name = s.text("name", "");
        if (!name.matches("[A-Za-z0-9_.-]{1,60}")) {
            s.problem("name", "expected a name of letters, digits, dots, dashes and underscores");
        }
        When conditions = Conditions.ofBackfill(s.section("when"));
        Map<String, String> tags = new HashMap<>();
        Section written = s.section("tags");
        for (Value tag : written.entries()) {
            tags.put(tag.key().substring(written.path().length() + 1), tag.text());
        }
        Backfill read = new Backfill(
                name,
                conditions,
                shapes(s),
                tags,
                texts(s),
                s.flag("pace", true),
                s.integer("max_rows_per_second", 0, 0, MOST_ROWS),
                s.bytes("max_bytes_per_second", 0, 0, MOST_BYTES),
                s.positiveDuration("max_delay", Backfills.DEFAULT_MAX_DELAY),
                s.path() + " (" + source + ":" + s.line() + ")");
        s.end();
        return read;
    }

    /** A single text may hold commas. */
    private static List<String> texts(Section s) {
        boolean list =
                s.node("text").filter(ConfigNode.Sequence.class::isInstance).isPresent();
        return list ? s.texts("text") : s.text("text").map(List::of).orElse(List.of());
    }

    private Set<WriteShape> shapes(Section s) {
        Set<WriteShape> shapes = new HashSet<>();
        for (String word : s.texts("statements")) {
            WriteShape shape = SHAPES.get(word);
            if (shape != null) {
                shapes.add(shape);
            } else if (!word.equals(ANY)) {
                s.problem(
                        "statements",
                        "expected any of " + String.join(", ", new TreeSet<>(SHAPES.keySet())) + " or any, found \""
                                + word + "\"");
            }
        }
        return s.texts("statements").contains(ANY) ? Set.of() : shapes;
    }

    /** What a policy says twice is a mistake in it. */
    void distinct(List<Backfill> read) {
        Set<String> seen = new HashSet<>();
        for (Backfill one : read) {
            if (!seen.add(one.name())) {
                reading.problem(0, one.place(), "the name \"" + one.name() + "\" is given twice");
            }
        }
    }
}
