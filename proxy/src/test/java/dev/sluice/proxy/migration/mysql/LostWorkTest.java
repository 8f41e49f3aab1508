package dev.sluice.proxy.migration.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How long a statement queues for its lock after others have lost their work at the end of it. */
class LostWorkTest {

    private static final Duration TIMEOUT = Duration.ofMillis(150);
    private static final Duration BUILD = Duration.ofMinutes(1);

    @Test
    void eachBuildThatIsLostGivesTheNextOneTwiceTheTimeUpToEightTimesInAll() {
        List<Long> waits = Stream.iterate(LostWork.NONE, lost -> lost.after(BUILD, TIMEOUT))
                .limit(6)
                .map(lost -> lost.timeout(TIMEOUT).toMillis())
                .toList();

        assertThat(waits).containsExactly(150L, 300L, 600L, 1_200L, 1_200L, 1_200L);
    }

    @Test
    void whoHasOnlyWaitedHasLostNothing() {
        assertThat(LostWork.NONE.after(TIMEOUT.plusMillis(50), TIMEOUT)).isEqualTo(LostWork.NONE);
    }

    @Test
    void theLongerWaitOfALaterTryIsNotTakenForWork() {
        LostWork thrice = new LostWork(2);

        assertThat(thrice.after(Duration.ofMillis(2_500), TIMEOUT)).isEqualTo(thrice);
        assertThat(thrice.after(Duration.ofMillis(2_700), TIMEOUT)).isEqualTo(new LostWork(3));
    }
}
