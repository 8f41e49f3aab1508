package dev.sluice.proxy.throttle.sensor;

import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.Signal;
import java.util.List;
import java.util.function.IntSupplier;

/** Threads that wait for one of the gateway's own connections. */
public final class PoolSensor implements Sensor {

    private final IntSupplier waiting;
    private final Signal signal;

    public PoolSensor(IntSupplier waiting, Signal signal) {
        this.waiting = waiting;
        this.signal = signal;
    }

    @Override
    public List<Reading> read() {
        return List.of(new Reading.Measured(signal, "", waiting.getAsInt()));
    }

    @Override
    public Reading blind(String why) {
        return new Reading.Unreadable(signal, "", why);
    }
}
