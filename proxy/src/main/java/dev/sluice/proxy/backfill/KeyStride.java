package dev.sluice.proxy.backfill;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Walks a key of whole numbers in steps whose width is guessed from how densely the keys of the last one lay: nobody has to
 * look first where a batch of so many rows ends. A step takes a limited number of rows; where it meets the limit, it comes
 * again. Several steps may be taken at once. Not thread-safe.
 */
final class KeyStride {

    private static final Pattern WHOLE = Pattern.compile("-?\\d+");

    /** A step takes so many times the rows that it should, when keys lie denser than expected. */
    private static final int SLACK = 2;

    /** The guess changes by this factor at most. */
    private static final int MOST_CHANGE = 4;

    /** Keys are unique: there are never fewer than one for a row. */
    private static final double DENSEST = 1;

    private double keysPerRow = DENSEST;

    /** Whether a walk's keys are whole numbers. */
    static boolean suits(BackfillCursor cursor) {
        return cursor.upper().size() == 1
                && WHOLE.matcher(cursor.upper().getFirst()).matches();
    }

    /**
     * The next steps, one behind the other; fewer where the end is near, but at least one.
     *
     * @param last the number behind which the first begins
     */
    List<BackfillCursor.Range> next(BackfillCursor cursor, String last, int most) {
        BigInteger upper = new BigInteger(cursor.upper().getFirst());
        BigInteger width = BigDecimal.valueOf(keysPerRow * cursor.batchRows()).toBigInteger();
        List<BackfillCursor.Range> steps = new ArrayList<>();
        BigInteger from = new BigInteger(last);
        do {
            BigInteger to = from.add(width).min(upper);
            steps.add(new BackfillCursor.Range(List.of(from.toString()), List.of(to.toString())));
            from = to;
        } while (steps.size() < most && from.compareTo(upper) < 0);
        return steps;
    }

    /** Most rows of a step. */
    static long limit(BackfillCursor cursor) {
        return (long) cursor.batchRows() * SLACK;
    }

    /**
     * What came of the steps.
     *
     * @param rows of each of them
     * @return where the next one begins; empty: where the first of these did, since there may be more rows in it
     */
    Optional<List<String>> took(BackfillCursor cursor, List<BackfillCursor.Range> steps, List<Long> rows) {
        Optional<List<String>> end = Optional.empty();
        int whole = 0;
        while (whole < steps.size() && rows.get(whole) < limit(cursor)) {
            end = Optional.of(steps.get(whole).to());
            whole++;
        }
        double width = new BigInteger(steps.getLast().to().getFirst())
                .subtract(new BigInteger(steps.getFirst().after().getFirst()))
                .doubleValue();
        long all = rows.stream().mapToLong(Long::longValue).sum();
        double seen = whole < steps.size() ? DENSEST : width / Math.max(1, all);
        keysPerRow = Math.max(DENSEST, Math.clamp(seen, keysPerRow / MOST_CHANGE, keysPerRow * MOST_CHANGE));
        return end;
    }
}
