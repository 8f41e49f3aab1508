package dev.sluice.proxy.postgres;

import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.TrafficListener;

/** What all sessions of a listener share. */
record Relay(
        ListenerConfig config,
        Interceptor interceptor,
        TrafficListener traffic,
        TextClassifier classifier,
        Pairing pairing,
        SessionRegistry sessions,
        CancelRequests cancels) {}
