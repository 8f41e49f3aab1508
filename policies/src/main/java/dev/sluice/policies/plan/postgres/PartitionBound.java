package dev.sluice.policies.plan.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the bounds of partitions say of their rows: the conditions that the server derives from them, in the shape in which
 * it looks for them among a table's checks ({@code get_qual_for_range}, {@code _list}, {@code _hash} of its sources). Where
 * the checks imply them, attaching reads no row.
 */
final class PartitionBound {

    private static final Pattern HASH = Pattern.compile(
            "(?i)modulus\\s+(\\d+)\\s*,\\s*remainder\\s+(\\d+)|remainder\\s+(\\d+)\\s*,\\s*modulus\\s+(\\d+)");
    private static final String LEAST = "minvalue";
    private static final String GREATEST = "maxvalue";

    private final PartitionKey key;
    private final long parent;

    /** @param parent the partitioned table's oid */
    PartitionBound(PartitionKey key, long parent) {
        this.key = key;
        this.parent = parent;
    }

    static boolean isDefault(String bound) {
        return bound.strip().equalsIgnoreCase("default");
    }

    /** The condition that a partition's rows satisfy; empty for bounds that the server will refuse, or DEFAULT. */
    Optional<String> condition(String bound) {
        return switch (key.strategy()) {
            case RANGE -> range(bound).map(conditions -> and(Stream.concat(notNulls(), conditions.stream())));
            case LIST -> list(bound).map(this::in);
            case HASH -> hash(bound);
        };
    }

    /** What holds for rows of a default partition beside others. */
    Optional<String> conditionOfDefault(List<String> others) {
        return switch (key.strategy()) {
            case RANGE -> ranges(others).map(any -> "NOT (" + and(Stream.concat(notNulls(), Stream.of(any))) + ")");
            case LIST -> values(others).map(values -> "NOT (" + in(values) + ")");
            case HASH -> Optional.empty();
        };
    }

    private Stream<String> notNulls() {
        return key.parts().stream().map(part -> part + " IS NOT NULL");
    }

    private static String and(Stream<String> conditions) {
        return String.join(" AND ", conditions.toList());
    }

    private Optional<String> ranges(List<String> bounds) {
        List<String> all = new ArrayList<>();
        for (String bound : bounds) {
            Optional<List<String>> one = range(bound);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            all.add(one.get().isEmpty() ? "true" : "(" + and(one.get().stream()) + ")");
        }
        return all.isEmpty() ? Optional.empty() : Optional.of("(" + String.join(" OR ", all) + ")");
    }

    private Optional<List<String>> range(String bound) {
        List<List<String>> lists = PartitionKey.lists(bound);
        int columns = key.parts().size();
        if (lists.size() != 2 || lists.stream().anyMatch(l -> l.size() != columns)) {
            return Optional.empty();
        }
        List<String> from = lists.get(0);
        List<String> to = lists.get(1);
        List<String> conditions = new ArrayList<>();
        int same = 0;
        while (same < columns && isValue(from.get(same)) && from.get(same).equals(to.get(same))) {
            conditions.add(key.parts().get(same) + " = (" + from.get(same) + ")");
            same++;
        }
        arms(same, from, ">", GREATEST).ifPresent(conditions::add);
        arms(same, to, "<", LEAST).ifPresent(conditions::add);
        return same == columns ? Optional.empty() : Optional.of(conditions);
    }

    /**
     * A comparison of rows, taken apart: {@code a > 1 OR a = 1 AND b >= 2}.
     *
     * @param first the first column in which both bounds differ
     * @param operator the strict one
     * @param strict the word that leaves no row with equal columns before it
     */
    private Optional<String> arms(int first, List<String> values, String operator, String strict) {
        if (!isValue(values.get(first))) {
            return Optional.empty();
        }
        List<String> arms = new ArrayList<>();
        String equal = "";
        for (int i = first; i < values.size(); i++) {
            boolean last = i + 1 == values.size() || !isValue(values.get(i + 1));
            boolean open = last
                    && (i + 1 < values.size() ? !values.get(i + 1).equalsIgnoreCase(strict) : operator.equals(">"));
            String part = key.parts().get(i);
            arms.add(equal + part + " " + operator + (open ? "=" : "") + " (" + values.get(i) + ")");
            if (last) {
                break;
            }
            equal += part + " = (" + values.get(i) + ") AND ";
        }
        return Optional.of(arms.size() == 1 ? arms.getFirst() : "(" + String.join(" OR ", arms) + ")");
    }

    private static boolean isValue(String value) {
        String word = value.toLowerCase(Locale.ROOT);
        return !word.equals(LEAST) && !word.equals(GREATEST);
    }

    private Optional<List<String>> list(String bound) {
        List<List<String>> lists = PartitionKey.lists(bound);
        return lists.size() == 1 && key.parts().size() == 1 ? Optional.of(lists.getFirst()) : Optional.empty();
    }

    private Optional<List<String>> values(List<String> bounds) {
        List<String> all = new ArrayList<>();
        for (String bound : bounds) {
            Optional<List<String>> one = list(bound);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            all.addAll(one.get());
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(all);
    }

    private String in(List<String> values) {
        String part = key.parts().getFirst();
        List<String> given =
                values.stream().filter(v -> !v.equalsIgnoreCase("null")).toList();
        String in = part + " IN (" + String.join(", ", given) + ")";
        if (given.size() == values.size()) {
            return part + " IS NOT NULL AND " + in;
        }
        return given.isEmpty() ? part + " IS NULL" : part + " IS NULL OR " + in;
    }

    private Optional<String> hash(String bound) {
        Matcher numbers = HASH.matcher(bound);
        if (!numbers.find()) {
            return Optional.empty();
        }
        boolean usual = numbers.group(1) != null;
        return Optional.of("pg_catalog.satisfies_hash_partition('" + parent + "'::pg_catalog.oid, "
                + numbers.group(usual ? 1 : 4) + ", " + numbers.group(usual ? 2 : 3) + ", "
                + String.join(", ", key.parts()) + ")");
    }
}
