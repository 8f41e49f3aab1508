package dev.sluice.proxy.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a build runs of a long sweep: one of each kind, always the same one, and some of the others, which change with the
 * {@link Seed}. {@code -Dsluice.test.full} runs all.
 */
public final class Sample {

    /** One in so many of those that are not the first of their kind. */
    private static final int ONE_IN = 4;

    private Sample() {}

    /** @param kind what two entries share that take the same way through the gateway */
    public static <T> Stream<T> of(String what, List<T> all, Function<T, Object> kind) {
        if (System.getProperty("sluice.test.full") != null) {
            return all.stream();
        }
        Map<Object, T> first = new LinkedHashMap<>();
        all.forEach(entry -> first.putIfAbsent(kind.apply(entry), entry));
        Set<T> chosen = new LinkedHashSet<>(first.values());
        List<T> others = new ArrayList<>(all);
        others.removeAll(chosen);
        Seed seed = Seed.fresh();
        Collections.shuffle(others, seed.random());
        chosen.addAll(others.subList(0, (others.size() + ONE_IN - 1) / ONE_IN));
        System.out.printf(
                "%s: %d of %d, with %s; all with -Dsluice.test.full%n", what, chosen.size(), all.size(), seed);
        return all.stream().filter(chosen::contains);
    }
}
