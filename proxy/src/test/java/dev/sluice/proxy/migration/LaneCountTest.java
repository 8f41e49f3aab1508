package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/** How many batches run at once on a server of which nobody knows what it has to spare. */
class LaneCountTest {

    private static final Duration TARGET = Duration.ofMillis(50);
    private static final int ROWS = 5_000;

    /** @param took what a batch lasts, in milliseconds, with so many at once */
    private static LaneCount after(int batches, IntToLongFunction took) {
        return after(LaneCount.ORDERED, batches, took);
    }

    private static LaneCount after(LaneCount from, int batches, IntToLongFunction took) {
        LaneCount lanes = from;
        for (int i = 0; i < batches; i++) {
            lanes = lanes.after(
                    lanes.count(),
                    (long) lanes.count() * ROWS,
                    Duration.ofMillis(took.applyAsLong(lanes.count())),
                    TARGET);
        }
        return lanes;
    }

    @Test
    void aServerWithCoresEnoughGetsAsManyAsThereMayBe() {
        assertThat(after(100, lanes -> 50).count()).isEqualTo(LaneCount.MOST);
    }

    @Test
    void aServerWithTwoCoresGetsTwo() {
        assertThat(after(100, lanes -> lanes <= 2 ? 50 : 25L * lanes).count()).isEqualTo(2);
    }

    @Test
    void aServerWithOneCoreGetsOneOnceItHasBeenTried() {
        assertThat(after(16, lanes -> 50L * lanes).count()).isEqualTo(1);
    }

    @Test
    void whatDidNotPayIsTriedAgainMuchLater() {
        assertThat(after(66 * 6, lanes -> 50L * lanes).count()).isEqualTo(1);
        assertThat(after(70 * 6, lanes -> 50L * lanes).count()).isEqualTo(2);
    }

    @Test
    void batchesThatCommitApartGetMoreThanThereAreCores() {
        LaneCount lanes = after(LaneCount.APART, 60, at -> at <= 2 ? 50 : 25L * at);

        assertThat(lanes.count()).isEqualTo(LaneCount.MOST);
    }

    @Test
    void whereMoreThanCoresDoNoHarmTheSecondIsNotAskedFor() {
        assertThat(after(LaneCount.APART, 1, at -> 100).count()).isEqualTo(2);
        assertThat(after(LaneCount.APART, 100, at -> 10).count()).isEqualTo(1);
    }

    @Test
    void whereTheyBecomeMuchSlowerTheyAreTakenBack() {
        LaneCount lanes = after(LaneCount.APART, 60, at -> at <= 2 ? 50 : 40L * at);

        assertThat(lanes.count()).isEqualTo(2);
    }

    @Test
    void shortBatchesTellNothing() {
        assertThat(after(1_000, lanes -> 10).count()).isEqualTo(1);
    }

    @Test
    void aFailureEndsIt() {
        assertThat(after(100, lanes -> 50).afterFailure().count()).isEqualTo(1);
    }
}
