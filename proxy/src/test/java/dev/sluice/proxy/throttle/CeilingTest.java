package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class CeilingTest {

    private static final OptionalDouble MANY = OptionalDouble.of(20_000);

    private static Ceiling after(
            Ceiling ceiling, double others, OptionalDouble perSecond, boolean harmless, int seconds) {
        Ceiling moved = ceiling;
        for (int i = 0; i < seconds * 4; i++) {
            moved = moved.next(others, perSecond, harmless, 0.25);
        }
        return moved;
    }

    @Test
    void besideACrowdItSinksToThreeHundredthsOfTheTimeAndStaysThere() {
        assertThat(after(Ceiling.NONE, 6, MANY, false, 20).share()).isEqualTo(0.03);
        assertThat(after(Ceiling.NONE, 6, MANY, false, 600).share()).isEqualTo(0.03);
    }

    @Test
    void itIsHigherWhereRequestsAreRarer() {
        assertThat(after(Ceiling.NONE, 6, OptionalDouble.of(2_000), false, 60).share())
                .isEqualTo(0.25);
        assertThat(after(Ceiling.NONE, 0.5, MANY, false, 60).share()).isEqualTo(0.12, offset(0.001));
        assertThat(after(Ceiling.NONE, 0.3, OptionalDouble.of(600), false, 60)).isEqualTo(Ceiling.NONE);
    }

    @Test
    void itRisesWhereBatchesHurtNobody() {
        Ceiling low = after(Ceiling.NONE, 6, MANY, false, 60);
        assertThat(after(low, 6, MANY, true, 60)).isEqualTo(Ceiling.NONE);
    }

    @Test
    void thereIsNoneWhereNobodyIsOrNobodyCanSayHowManyThereAre() {
        assertThat(new Ceiling(0.03).next(0, OptionalDouble.empty(), false, 1)).isEqualTo(Ceiling.NONE);
        assertThat(new Ceiling(0.03).next(1, OptionalDouble.empty(), false, 1)).isEqualTo(Ceiling.NONE);
    }

    @Test
    void thePaceKeepsBelowItAndWhatWasBorneIsNotForgotten() {
        assertThat(new Ceiling(0.03).over(new Pace(0.2, 0.3, false))).isEqualTo(new Pace(0.03, 0.3, false));
        assertThat(new Ceiling(0.03).over(new Pace(0.01))).isEqualTo(new Pace(0.01));
    }
}
