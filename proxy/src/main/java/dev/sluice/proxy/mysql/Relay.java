package dev.sluice.proxy.mysql;

import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.Gate;
import dev.sluice.proxy.session.TrafficListener;

/** What all sessions of a listener share. */
record Relay(
        MySqlSettings settings,
        StatementScreen screen,
        Interceptor interceptor,
        TrafficListener traffic,
        ServerKiller killer,
        Gate gate,
        SessionRegistry sessions) {}
