package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.throttle.Comparison.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static List<Part> parts(int count, long all, long slow) {
        return IntStream.range(0, count).mapToObj(i -> new Part(all, slow)).toList();
    }

    @Test
    void whoIsSlowTwiceAsOftenInEachPartIsWorseOff() {
        assertThat(Comparison.isWorse(parts(25, 200, 20), parts(25, 800, 40))).isTrue();
    }

    @Test
    void whoIsSlowAsOftenOrLessOftenIsNot() {
        assertThat(Comparison.isWorse(parts(25, 200, 10), parts(25, 800, 40))).isFalse();
        assertThat(Comparison.isWorse(parts(25, 200, 0), parts(25, 800, 40))).isFalse();
    }

    @Test
    void oneBadMomentIsNoProof() {
        List<Part> first = new ArrayList<>(parts(24, 200, 10));
        first.add(new Part(200, 200));
        assertThat(Comparison.isWorse(first, parts(25, 800, 40))).isFalse();
    }

    @Test
    void aFewPartsProveNothing() {
        assertThat(Comparison.isWorse(parts(4, 200, 200), parts(25, 800, 40))).isFalse();
        assertThat(Comparison.isWorse(List.of(), parts(25, 800, 40))).isFalse();
    }

    @Test
    void thatNobodyIsHurtTakesProofToo() {
        assertThat(Comparison.isAlike(parts(25, 200, 10), parts(25, 800, 40))).isTrue();
        assertThat(Comparison.isAlike(parts(25, 200, 20), parts(25, 800, 40))).isFalse();
        assertThat(Comparison.isAlike(parts(5, 8, 0), parts(25, 800, 40))).isFalse();
        assertThat(Comparison.isAlike(parts(4, 200, 10), parts(25, 800, 40))).isFalse();
        assertThat(Comparison.isAlike(parts(25, 200, 10), List.of())).isFalse();
    }

    /** Two a second, each for a fiftieth of those that are under way: they fall on either by chance. */
    @Property(tries = 20)
    void momentsThatHoldUpEverybodyAreSeldomTakenForHarm(@ForAll long seed) {
        Random luck = new Random(seed);
        int taken = 0;
        for (int window = 0; window < 200; window++) {
            List<Part> first = new ArrayList<>();
            List<Part> second = new ArrayList<>();
            for (int part = 0; part < 25; part++) {
                long[] slow = new long[2];
                for (int moment = 0; moment < luck.nextInt(4); moment++) {
                    slow[luck.nextInt(5) == 0 ? 0 : 1] += 40 + luck.nextInt(80);
                }
                first.add(new Part(480, slow[0]));
                second.add(new Part(1_920, slow[1]));
            }
            taken += Comparison.isWorse(first, second) ? 1 : 0;
        }
        assertThat(taken).as("of 200 windows, seed %d", seed).isLessThan(16);
    }
}
