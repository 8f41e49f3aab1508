package dev.sluice.proxy.intercept.command;

import dev.sluice.proxy.migration.DatabaseRef;
import java.util.List;
import java.util.Optional;

/** What commands show of parts of the gateway that this package does not know. Thread-safe. */
public interface GatewayView {

    /** The rules with their defaults and what the policy makes of them. */
    Table policies();

    /** Why the policy is not the one that its file has now, when that could not be used. */
    Optional<String> policyRefused();

    Table throttle(DatabaseRef database);

    /** @param user whose sessions; empty: everybody's */
    Table sessions(String user);

    /** Configured values, secrets left out. */
    Table config();

    String version();

    /** A gateway of which nothing is known. */
    static GatewayView none() {
        return new GatewayView() {
            private static final Table EMPTY = Table.of(List.of("name", "value"), List.of());

            @Override
            public Table policies() {
                return EMPTY;
            }

            @Override
            public Optional<String> policyRefused() {
                return Optional.empty();
            }

            @Override
            public Table throttle(DatabaseRef database) {
                return EMPTY;
            }

            @Override
            public Table sessions(String user) {
                return EMPTY;
            }

            @Override
            public Table config() {
                return EMPTY;
            }

            @Override
            public String version() {
                return "unknown";
            }
        };
    }
}
