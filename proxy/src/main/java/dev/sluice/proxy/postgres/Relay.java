package dev.sluice.proxy.postgres;

import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;

/** What all sessions of a listener share. */
record Relay(
        ListenerConfig config,
        Transport transport,
        Interceptor interceptor,
        TrafficListener traffic,
        TextClassifier classifier,
        Pairing pairing,
        SessionRegistry sessions,
        CancelForwarder cancels) {}
