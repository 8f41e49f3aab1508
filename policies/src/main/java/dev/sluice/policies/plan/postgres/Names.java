package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The names that the server gives to what a statement leaves nameless: {@code makeObjectName}, {@code ChooseRelationName}
 * and {@code ChooseConstraintName} of its sources. Names once chosen count as taken.
 */
public final class Names {

    private static final int MOST_BYTES = 63;

    private final Facts facts;
    private final QualifiedName table;
    private final Set<String> taken = new HashSet<>();

    Names(Facts facts, QualifiedName table) {
        this.facts = facts;
        this.table = table;
        facts.relation(table)
                .or(() -> facts.relations().values().stream()
                        .filter(r -> r.name().equals(table))
                        .findFirst())
                .ifPresent(this::takeAll);
    }

    private void takeAll(RelationFacts relation) {
        relation.constraints().forEach(c -> taken.add(c.name()));
        relation.indexes().forEach(i -> taken.add(i.name()));
    }

    String primaryKey() {
        return choose(Optional.empty(), "pkey");
    }

    String unique(List<String> columns) {
        return choose(Optional.of(addition(columns)), "key");
    }

    String index(List<String> columns) {
        return choose(Optional.of(addition(columns)), "idx");
    }

    String foreignKey(List<String> columns) {
        return choose(Optional.of(addition(columns)), "fkey");
    }

    String check(Optional<String> column) {
        return choose(column, "check");
    }

    String notNull(String column) {
        return choose(Optional.of(column), "not_null");
    }

    String sequence(String column) {
        return choose(Optional.of(column), "seq");
    }

    private String choose(Optional<String> middle, String label) {
        for (int pass = 0; ; pass++) {
            String name = make(table.name(), middle, pass == 0 ? label : label + pass);
            if (!isTaken(name)) {
                taken.add(name);
                return name;
            }
        }
    }

    private boolean isTaken(String name) {
        return taken.contains(name)
                || facts.relation(new QualifiedName(table.schema(), name)).isPresent()
                || facts.relation(QualifiedName.of(name))
                        .filter(r -> r.name().schema().equals(table.schema()))
                        .isPresent();
    }

    /** The columns' names joined, cut where the server stops to gather them. */
    static String addition(List<String> columns) {
        StringBuilder joined = new StringBuilder();
        for (String column : columns) {
            if (!joined.isEmpty()) {
                joined.append('_');
            }
            joined.append(column);
            if (bytes(joined.toString()) >= MOST_BYTES + 1) {
                break;
            }
        }
        return clip(joined.toString(), MOST_BYTES);
    }

    /** {@code makeObjectName}: the longer of both names gives way first, whole characters only. */
    static String make(String first, Optional<String> second, String label) {
        int overhead = label.length() + 1 + (second.isPresent() ? 1 : 0);
        int available = MOST_BYTES - overhead;
        int firstBytes = bytes(first);
        int secondBytes = second.map(Names::bytes).orElse(0);
        while (firstBytes + secondBytes > available) {
            if (firstBytes > secondBytes) {
                firstBytes--;
            } else {
                secondBytes--;
            }
        }
        List<String> parts = new ArrayList<>();
        parts.add(clip(first, firstBytes));
        int limit = secondBytes;
        second.ifPresent(s -> parts.add(clip(s, limit)));
        parts.add(label);
        return String.join("_", parts);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String clip(String text, int most) {
        StringBuilder kept = new StringBuilder();
        int used = 0;
        for (int i = 0; i < text.length(); ) {
            String character = Character.toString(text.codePointAt(i));
            used += bytes(character);
            if (used > most) {
                break;
            }
            kept.append(character);
            i += character.length();
        }
        return kept.toString();
    }

    /** Every name that the server might choose here, for asking which are taken. */
    public static Set<QualifiedName> candidates(QualifiedName table, Optional<String> middle, String label) {
        Set<QualifiedName> names = new HashSet<>();
        for (int pass = 0; pass < 4; pass++) {
            names.add(new QualifiedName(table.schema(), make(table.name(), middle, pass == 0 ? label : label + pass)));
        }
        return names;
    }
}
