package dev.sluice.proxy.migration;

import dev.sluice.policies.plan.Step;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is made once for the step at hand and serves all of its batches. For one migration; for one thread. */
public final class PerStep<S extends Step, T> {

    private final Function<S, T> make;
    private @Nullable S step;
    private @Nullable T made;

    public PerStep(Function<S, T> make) {
        this.make = make;
    }

    /** Makes it anew when the step is another than the last one. */
    public T of(S asked) {
        T present = made;
        if (present == null || step != asked) {
            present = make.apply(asked);
            made = present;
            step = asked;
        }
        return present;
    }
}
