package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class BudgetTest {

    @Property
    void inTheLongRunTheRateIsSpentHoweverLargeThePieces(
            @ForAll @LongRange(min = 10, max = 100_000) long rate, @ForAll @IntRange(min = 1, max = 50_000) int piece) {
        Budget budget = Budget.starting(0);
        long now = 0;
        long spent = 0;
        for (int i = 0; i < 1_000; i++) {
            budget = budget.filled(rate, 0, now).spent(piece);
            spent += piece;
            now += budget.waitNanos(rate);
        }
        double allowed = rate * (now / 1e9);
        assertThat((double) spent).isBetween(allowed * 0.99 - piece, allowed * 1.01 + piece);
    }

    @Property
    void whatWasNotSpentIsNotSaved(@ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long idleNanos) {
        assertThat(Budget.starting(0).filled(1_000, 0, idleNanos).left()).isZero();
    }
}
