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

    /** A range of fewer keys is read as soon as somebody is found to read it. */
    private static final BigInteger WORTH_A_CUT = BigInteger.valueOf(50_000);

    private double keysPerRow = DENSEST;

    /** Whether a walk's keys are whole numbers. */
    static boolean suits(BackfillCursor cursor) {
        return isWhole(cursor.upper());
    }

    private static boolean isWhole(List<String> key) {
        return key.size() == 1 && WHOLE.matcher(key.getFirst()).matches();
    }

    /**
     * All keys in ranges of the same width, in order; the first begins before all and the last, whose end is empty, has none.
     *
     * @param most of them; fewer where they would be short, and none at all where there would be one
     */
    static List<BackfillCursor.Range> cuts(List<String> first, List<String> last, int most) {
        if (!isWhole(first) || !isWhole(last)) {
            return List.of();
        }
        BigInteger from = new BigInteger(first.getFirst());
        BigInteger width = new BigInteger(last.getFirst()).subtract(from);
        int count = width.divide(WORTH_A_CUT).min(BigInteger.valueOf(most)).intValue();
        List<BackfillCursor.Range> ranges = new ArrayList<>();
        List<String> after = List.of();
        for (int i = 1; i <= count; i++) {
            List<String> to = i == count
                    ? List.of()
                    : List.of(from.add(width.multiply(BigInteger.valueOf(i)).divide(BigInteger.valueOf(count)))
                            .toString());
            ranges.add(new BackfillCursor.Range(after, to));
            after = to;
        }
        return count < 2 ? List.of() : List.copyOf(ranges);
    }

    /**
     * The next step.
     *
     * @param last the number behind which it begins
     */
    BackfillCursor.Range next(BackfillCursor cursor, String last) {
        BigInteger to = new BigInteger(last).add(width(cursor)).min(upper(cursor));
        return new BackfillCursor.Range(List.of(last), List.of(to.toString()));
    }

    /**
     * Where what is left of a walk falls into halves; empty where these would be less than a step each.
     *
     * @param cursor of a walk that has begun
     */
    Optional<String> middle(BackfillCursor cursor) {
        BigInteger last = new BigInteger(cursor.last().getFirst());
        BigInteger half = upper(cursor).subtract(last).shiftRight(1);
        return half.compareTo(width(cursor)) < 0
                ? Optional.empty()
                : Optional.of(last.add(half).toString());
    }

    private BigInteger width(BackfillCursor cursor) {
        return BigDecimal.valueOf(keysPerRow * cursor.batchRows()).toBigInteger();
    }

    private static BigInteger upper(BackfillCursor cursor) {
        return new BigInteger(cursor.upper().getFirst());
    }

    /** Most rows of a step. */
    static long limit(BackfillCursor cursor) {
        return (long) cursor.batchRows() * SLACK;
    }

    /**
     * What came of a step.
     *
     * @return where the next one begins; empty: where this one did, since there may be more rows in it
     */
    Optional<List<String>> took(BackfillCursor cursor, BackfillCursor.Range step, long rows) {
        boolean whole = rows < limit(cursor);
        saw(step, whole ? rows : Long.MAX_VALUE);
        return whole ? Optional.of(step.to()) : Optional.empty();
    }

    /** A step was found to have so many rows. */
    void saw(BackfillCursor.Range step, long rows) {
        double width = new BigInteger(step.to().getFirst())
                .subtract(new BigInteger(step.after().getFirst()))
                .doubleValue();
        double seen = width / Math.max(1, rows);
        keysPerRow = Math.max(DENSEST, Math.clamp(seen, keysPerRow / MOST_CHANGE, keysPerRow * MOST_CHANGE));
    }

    /** Whether a step cannot have more rows than {@link #limit}, however its keys lie. */
    boolean isDense() {
        return keysPerRow <= SLACK;
    }
}
