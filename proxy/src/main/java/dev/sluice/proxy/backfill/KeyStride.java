package dev.sluice.proxy.backfill;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Walks a key of whole numbers in steps whose width is guessed from how densely the keys of the last one lay: nobody has to
 * look first where a batch of so many rows ends. A step takes a limited number of rows; where it meets the limit, it comes
 * again. Not thread-safe.
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
     * The next step.
     *
     * @param last the number behind which it begins
     */
    BackfillCursor.Range next(BackfillCursor cursor, String last) {
        BigInteger width = BigDecimal.valueOf(keysPerRow * cursor.batchRows()).toBigInteger();
        BigInteger to = new BigInteger(last)
                .add(width)
                .min(new BigInteger(cursor.upper().getFirst()));
        return new BackfillCursor.Range(List.of(last), List.of(to.toString()));
    }

    /** Most rows of a step. */
    static long limit(BackfillCursor cursor) {
        return (long) cursor.batchRows() * SLACK;
    }

    /**
     * What came of a step.
     *
     * @return where the next one begins; empty: at the same place, since there may be more rows
     */
    Optional<List<String>> took(BackfillCursor cursor, BackfillCursor.Range step, long rows) {
        double width = new BigInteger(step.to().getFirst())
                .subtract(new BigInteger(step.after().getFirst()))
                .doubleValue();
        boolean cut = rows >= limit(cursor);
        double seen = cut ? DENSEST : width / Math.max(1, rows);
        keysPerRow = Math.max(DENSEST, Math.clamp(seen, keysPerRow / MOST_CHANGE, keysPerRow * MOST_CHANGE));
        return cut ? Optional.empty() : Optional.of(step.to());
    }
}
