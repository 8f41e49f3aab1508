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
    private static List<Long> walk(NavigableSet<BigInteger> pending) {
        KeyStride stride = new KeyStride();
        String upper = pending.last().toString();
        BackfillCursor cursor =
                BackfillCursor.read("").bounds(List.of(upper), 0, 0).sized(ROWS);
        String last = pending.first().subtract(BigInteger.ONE).toString();
        List<Long> steps = new ArrayList<>();
        while (!last.equals(upper)) {
            BackfillCursor.Range range = stride.next(cursor, last);
            List<BigInteger> taken = pending.subSet(number(range.after()), false, number(range.to()), true).stream()
                    .limit(KeyStride.limit(cursor))
                    .toList();
            taken.forEach(pending::remove);
            steps.add((long) taken.size());
            Optional<List<String>> end = stride.took(cursor, range, taken.size());
            last = end.orElse(range.after()).getFirst();
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
        assertThat(walk(keys(LongStream.rangeClosed(1, 1_000)))).hasSize(10).containsOnly((long) ROWS);
    }

    @Test
    void aStepThatMayHaveMoreComesAgain() {
        KeyStride stride = new KeyStride();
        BackfillCursor cursor =
                BackfillCursor.read("").bounds(List.of("100000"), 0, 0).sized(ROWS);
        BackfillCursor.Range range = stride.next(cursor, "0");

        assertThat(stride.took(cursor, range, KeyStride.limit(cursor))).isEmpty();
    }

    @Test
    void aSmallerBatchIsASmallerStepAtOnce() {
        KeyStride stride = new KeyStride();
        BackfillCursor cursor = BackfillCursor.read("").bounds(List.of("100000"), 0, 0);
        BackfillCursor.Range sparse = stride.next(cursor.sized(1_000), "0");
        stride.took(cursor.sized(1_000), sparse, 500);

        assertThat(stride.next(cursor.sized(100), "1000").to()).containsExactly("1200");
    }

    @Test
    void aWalkIsHalvedUnlessEachHalfWereLessThanAStep() {
        KeyStride stride = new KeyStride();
        BackfillCursor cursor =
                BackfillCursor.read("").bounds(List.of("1000"), 0, 0).sized(ROWS);

        assertThat(stride.middle(cursor.walked(List.of("600"), 1))).contains("800");
        assertThat(stride.middle(cursor.walked(List.of("800"), 1))).contains("900");
        assertThat(stride.middle(cursor.walked(List.of("801"), 1))).isEmpty();
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

        List<Long> steps = walk(keys);

        assertThat(keys).isEmpty();
        assertThat(steps.stream().mapToLong(Long::longValue).sum()).isEqualTo(all);
        assertThat(steps).allMatch(rows -> rows <= 2 * ROWS).hasSizeLessThan(6_000);
    }

    @Test
    void aGapOfBillionsIsCrossedInFewSteps() {
        NavigableSet<BigInteger> keys = keys(LongStream.of(1, 2, 3, Long.MAX_VALUE - 1));
        keys.add(new BigInteger("18446744073709551615"));

        assertThat(walk(keys)).hasSizeLessThan(40);
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

    @Test
    void cutsLeaveNoKeyOutAndNoneInTwo() {
        List<BackfillCursor.Range> ranges = KeyStride.cuts(List.of("-100000"), List.of("18446744073709551615"), 4);

        assertThat(ranges).hasSize(4);
        assertThat(ranges.getFirst().after()).isEmpty();
        assertThat(ranges.getLast().to()).isEmpty();
        for (int i = 1; i < 4; i++) {
            assertThat(ranges.get(i).after()).isEqualTo(ranges.get(i - 1).to());
        }
    }

    @Test
    void fewKeysAndSuchAsAreNoNumbersAreNotCut() {
        assertThat(KeyStride.cuts(List.of("1"), List.of("99999"), 4)).isEmpty();
        assertThat(KeyStride.cuts(List.of("1"), List.of("150001"), 4)).hasSize(3);
        assertThat(KeyStride.cuts(List.of("_utf8mb4 X'31'"), List.of("_utf8mb4 X'39'"), 4))
                .isEmpty();
        assertThat(KeyStride.cuts(List.of(), List.of(), 4)).isEmpty();
    }
}
