package dev.sluice.proxy.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A walk over keys of which nobody knows how they lie. */
class KeyStrideTest {

    private static final int ROWS = 100;

    /** Fills pending keys as updates with a limit would, and tells how many each step took. */
    private static List<Long> walk(NavigableSet<BigInteger> pending, int lanes) {
        KeyStride stride = new KeyStride();
        String upper = pending.last().toString();
        BackfillCursor cursor =
                BackfillCursor.read("").bounds(List.of(upper), 0, 0).sized(ROWS);
        String last = pending.first().subtract(BigInteger.ONE).toString();
        List<Long> steps = new ArrayList<>();
        while (!last.equals(upper)) {
            List<BackfillCursor.Range> ranges = stride.next(cursor, last, lanes);
            List<Long> rows = new ArrayList<>();
            for (BackfillCursor.Range range : ranges) {
                List<BigInteger> taken = pending.subSet(number(range.after()), false, number(range.to()), true).stream()
                        .limit(KeyStride.limit(cursor))
                        .toList();
                taken.forEach(pending::remove);
                rows.add((long) taken.size());
            }
            steps.addAll(rows);
            Optional<List<String>> end = stride.took(cursor, ranges, rows);
            last = end.orElse(ranges.getFirst().after()).getFirst();
        }
        return steps;
    }

    private static BigInteger number(List<String> key) {
        return new BigInteger(key.getFirst());
    }

    private static NavigableSet<BigInteger> keys(LongStream keys) {
        TreeSet<BigInteger> all = new TreeSet<>();
        keys.forEach(key -> all.add(BigInteger.valueOf(key)));
        return all;
    }

    @Test
    void keysWithoutGapsAreTakenInBatchesOfTheSizeThatIsWanted() {
        assertThat(walk(keys(LongStream.rangeClosed(1, 1_000)), 1)).hasSize(10).containsOnly((long) ROWS);
    }

    @Test
    void severalStepsAtOnceLieSideBySide() {
        assertThat(walk(keys(LongStream.rangeClosed(1, 1_050)), 3)).hasSize(11).contains(50L);
    }

    @Test
    void whatIsBehindAStepThatMayHaveMoreComesAgain() {
        KeyStride stride = new KeyStride();
        BackfillCursor cursor =
                BackfillCursor.read("").bounds(List.of("100000"), 0, 0).sized(ROWS);
        List<BackfillCursor.Range> ranges = stride.next(cursor, "0", 3);

        assertThat(stride.took(cursor, ranges, List.of(100L, KeyStride.limit(cursor), 100L)))
                .contains(List.of("100"));
    }

    @Test
    void aSmallerBatchIsASmallerStepAtOnce() {
        KeyStride stride = new KeyStride();
        BackfillCursor cursor = BackfillCursor.read("").bounds(List.of("100000"), 0, 0);
        List<BackfillCursor.Range> sparse = stride.next(cursor.sized(1_000), "0", 1);
        stride.took(cursor.sized(1_000), sparse, List.of(500L));

        assertThat(stride.next(cursor.sized(100), "1000", 1).getFirst().to()).containsExactly("1200");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 42})
    void everyKeyIsTakenHoweverTheyLie(long seed) {
        Random random = new Random(seed);
        NavigableSet<BigInteger> keys = keys(LongStream.generate(() -> switch (random.nextInt(3)) {
                    case 0 -> random.nextInt(5_000);
                    case 1 -> -1_000_000_000L + random.nextInt(3_000);
                    default -> random.nextLong();
                })
                .limit(5_000));
        int all = keys.size();

        List<Long> steps = walk(keys, 1 + (int) (seed % 3));

        assertThat(keys).isEmpty();
        assertThat(steps.stream().mapToLong(Long::longValue).sum()).isEqualTo(all);
        assertThat(steps).allMatch(rows -> rows <= 2 * ROWS).hasSizeLessThan(6_000);
    }

    @Test
    void aGapOfBillionsIsCrossedInFewSteps() {
        NavigableSet<BigInteger> keys = keys(LongStream.of(1, 2, 3, Long.MAX_VALUE - 1));
        keys.add(new BigInteger("18446744073709551615"));

        assertThat(walk(keys, 1)).hasSizeLessThan(40);
    }

    @Test
    void onlyWholeNumbersAreGuessed() {
        BackfillCursor cursor = BackfillCursor.read("");
        assertThat(KeyStride.suits(cursor.bounds(List.of("-12"), 0, 0))).isTrue();
        assertThat(KeyStride.suits(cursor.bounds(List.of("12.50"), 0, 0))).isFalse();
        assertThat(KeyStride.suits(cursor.bounds(List.of("_utf8mb4 X'31'"), 0, 0)))
                .isFalse();
        assertThat(KeyStride.suits(cursor.bounds(List.of("1", "2"), 0, 0))).isFalse();
    }
}
