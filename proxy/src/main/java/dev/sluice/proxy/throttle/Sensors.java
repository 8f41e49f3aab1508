package dev.sluice.proxy.throttle;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Where the throttle gets what watches a server. */
public interface Sensors {

    /**
     * What watches a server while backfills are at work in one of its databases.
     *
     * @param work who is at work there now
     */
    List<Sensor> of(String upstream, String database, ThrottleSettings settings, Supplier<Set<Pacer.Work>> work);

    /** How the gateways of a database share what it bears. */
    Peers peers(String upstream, String database);

    /** Databases of an upstream in which a backfill may be at work, through whichever gateway. */
    Set<String> databases(String upstream);
}
