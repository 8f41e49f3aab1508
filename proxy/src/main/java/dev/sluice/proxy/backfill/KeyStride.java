package dev.sluice.proxy.backfill;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Walks a key of whole numbers in steps that are guessed from how many rows the last one held: nobody has to look first
 * where a batch of so many rows ends. A step takes a limited number of rows; where it meets the limit, it comes again. Holds
 * the width of the steps; not thread-safe.
 */
final class KeyStride {

    private static final Pattern WHOLE = Pattern.compile("-?\\d+");

    /** A step wider than expected takes so many times the rows that it should. */
    private static final int SLACK = 2;

    /** A step becomes so many times wider or narrower at most. */
    private static final int MOST_CHANGE = 4;

    private BigInteger width = BigInteger.ZERO;

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
        if (width.signum() == 0) {
            width = BigInteger.valueOf(cursor.batchRows());
        }
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
        BigInteger wanted = BigInteger.valueOf(cursor.batchRows());
        BigInteger fitting = width.multiply(wanted).divide(BigInteger.valueOf(Math.max(1, rows)));
        BigInteger most = width.multiply(BigInteger.valueOf(MOST_CHANGE));
        BigInteger least = width.divide(BigInteger.valueOf(MOST_CHANGE)).max(BigInteger.ONE);
        boolean cut = rows >= limit(cursor) && !isOne(step);
        width = cut ? least : fitting.max(least).min(most);
        return cut ? Optional.empty() : Optional.of(step.to());
    }

    /** A step to the very next number holds one row, however small the limit is. */
    private static boolean isOne(BackfillCursor.Range step) {
        BigInteger after = new BigInteger(step.after().getFirst());
        return new BigInteger(step.to().getFirst()).subtract(after).compareTo(BigInteger.ONE) <= 0;
    }
}
