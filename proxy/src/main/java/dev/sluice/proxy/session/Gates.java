package dev.sluice.proxy.session;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The gates of all servers, by the names of the upstreams. Thread-safe. */
public final class Gates {

    private final Map<String, Gate> gates = new ConcurrentHashMap<>();

    /** An upstream's gate, which is the same for all who ask. */
    public Gate of(String upstream) {
        return gates.computeIfAbsent(upstream, name -> new Gate());
    }
}
