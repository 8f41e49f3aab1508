package dev.sluice.proxy.backfill;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The key that a walk goes by, as SQL on MySQL and MariaDB. Its values are literals.
 *
 * @param names of its columns, in order
 */
record MySqlKey(List<String> names) {

    MySqlKey {
        names = List.copyOf(names);
    }

    String columns() {
        return names.stream().map(MySqlText::quoted).collect(Collectors.joining(", "));
    }

    /** @param direction behind each column; may be empty */
    String ordered(String direction) {
        return names.stream().map(name -> MySqlText.quoted(name) + direction).collect(Collectors.joining(", "));
    }

    /** One of some. */
    String among(List<List<String>> some) {
        return some.stream()
                .map(key -> "(" + String.join(", ", key) + ")")
                .collect(Collectors.joining(", ", "(" + columns() + ") IN (", ")"));
    }

    /** In a range; spelled out, since a row comparison does not use the index. */
    String within(BackfillCursor.Range range) {
        return (range.after().isEmpty() ? "" : after(range.after()) + " AND ") + upTo(range.to());
    }

    /** All of those behind one. */
    String behind(List<String> key) {
        return after(key);
    }

    private String after(List<String> key) {
        List<String> ors = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            ors.add(equalUpTo(key, i) + column(i) + " > " + key.get(i));
        }
        return "(" + String.join(" OR ", ors) + ")" + firstBound(" >= ", key);
    }

    private String upTo(List<String> key) {
        List<String> ors = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            boolean last = i == key.size() - 1;
            ors.add(equalUpTo(key, i) + column(i) + (last ? " <= " : " < ") + key.get(i));
        }
        return "(" + String.join(" OR ", ors) + ")" + firstBound(" <= ", key);
    }

    /** What the first column alone says bounds the range in the index. */
    private String firstBound(String operator, List<String> key) {
        return key.size() == 1 ? "" : " AND " + column(0) + operator + key.getFirst();
    }

    private String equalUpTo(List<String> key, int end) {
        StringBuilder equal = new StringBuilder();
        for (int i = 0; i < end; i++) {
            equal.append(column(i)).append(" = ").append(key.get(i)).append(" AND ");
        }
        return equal.toString();
    }

    private String column(int i) {
        return MySqlText.quoted(names.get(i));
    }
}
