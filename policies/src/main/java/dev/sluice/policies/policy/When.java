package dev.sluice.policies.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The conditions of a scope. All that are given must hold; of several values of one kind, one is enough.
 *
 * @param environments globs over the upstream's environment
 * @param databases globs over the database's name
 * @param tables globs over {@code schema.table}, or over the table's name where the glob has no dot
 * @param roles globs over the role that the statement runs under
 * @param applications globs over the application's name
 * @param networks addresses or networks that the client comes from: {@code 10.0.0.0/8}
 * @param rows what the table's estimated rows must be; never holds while they are unknown
 * @param bytes likewise for its size
 * @param during windows one of which the moment must be in
 * @param outside windows none of which the moment may be in
 * @param expression a condition in CEL over the same values
 */
public record When(
        List<String> environments,
        List<String> databases,
        List<String> tables,
        List<String> roles,
        List<String> applications,
        List<String> networks,
        Optional<Amount> rows,
        Optional<Amount> bytes,
        List<TimeWindow> during,
        List<TimeWindow> outside,
        Optional<String> expression) {

    public When {
        environments = List.copyOf(environments);
        databases = List.copyOf(databases);
        tables = List.copyOf(tables);
        roles = List.copyOf(roles);
        applications = List.copyOf(applications);
        networks = List.copyOf(networks);
        during = List.copyOf(during);
        outside = List.copyOf(outside);
    }

    /** Conditions on tables alone; no table named: everywhere. */
    static When ofTables(List<String> tables) {
        return new When(
                List.of(),
                List.of(),
                tables,
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty());
    }

    /** The conditions in words, as they are written: {@code environment staging, table public.tmp_*}. */
    public String words() {
        List<String> words = new ArrayList<>();
        names(words, "environment", environments);
        names(words, "database", databases);
        names(words, "table", tables);
        names(words, "role", roles);
        names(words, "application", applications);
        names(words, "client", networks);
        rows.ifPresent(amount -> words.add("rows " + amount));
        bytes.ifPresent(amount -> words.add("bytes " + amount));
        windows(words, "during", during);
        windows(words, "outside", outside);
        expression.ifPresent(text -> words.add("condition " + text));
        return String.join(", ", words);
    }

    private static void names(List<String> words, String key, List<String> names) {
        if (!names.isEmpty()) {
            words.add(key + " " + String.join(" or ", names));
        }
    }

    private static void windows(List<String> words, String key, List<TimeWindow> windows) {
        windows.forEach(window -> words.add(key + " " + window.words()));
    }
}
