package dev.sluice.proxy.testing;

import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Peers;
import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.Sensors;
import dev.sluice.proxy.throttle.Signal;
import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.Unit;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** One signal, {@code test_pressure}, that says what a test has it say: it slows above 1 and stops at 2. */
public final class TestSensors implements Sensors {

    private static final Signal SIGNAL = new Signal("test_pressure", Unit.COUNT, 1, 2, true, true);

    private final DoubleSupplier value;

    public TestSensors(DoubleSupplier value) {
        this.value = value;
    }

    @Override
    public List<Sensor> of(
            String upstream, String database, ThrottleSettings settings, Supplier<Set<Pacer.Work>> work) {
        return List.of(new Sensor() {
            @Override
            public List<Reading> read() {
                return List.of(new Reading.Measured(SIGNAL, "", value.getAsDouble()));
            }

            @Override
            public Reading blind(String why) {
                return new Reading.Unreadable(SIGNAL, "", why);
            }
        });
    }

    @Override
    public Peers peers(String upstream, String database) {
        return Peers.NONE;
    }

    @Override
    public Set<String> databases(String upstream) {
        return Set.of();
    }
}
