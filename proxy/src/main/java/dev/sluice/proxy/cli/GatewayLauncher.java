package dev.sluice.proxy.cli;

import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.PolicyConfig;
import dev.sluice.proxy.throttle.ThrottleSettings;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** Starts a gateway in this process. */
public interface GatewayLauncher {

    /**
     * Returns once every listener accepts.
     *
     * @throws CliException when an address cannot be bound, or something that is configured cannot be used
     */
    Running launch(Configuration configuration) throws CliException;

    /** Reads the policy from where it is configured. */
    @FunctionalInterface
    interface PolicyReading {
        PolicyConfig read() throws ConfigException, CliException;
    }

    /** A gateway at work. */
    interface Running extends AutoCloseable {

        /** Where it listens, in the order of the configuration. */
        List<InetSocketAddress> addresses();

        /** Where its HTTP interface is; empty when it has none. Waits until that is known. */
        Optional<InetSocketAddress> http();

        /**
         * Waits until schema changes are judged as well, and puts away what starting has left in memory. Later that would be done
         * in the midst of somebody's migration, with everybody waiting for as long as some twenty other collections take.
         */
        void settle();

        /**
         * Reads the policy again. When it cannot be used the old one stays, and log, audit trail and
         * {@code SHOW SLUICE CONFIG} say why.
         *
         * @return whether the one that was read holds now
         */
        boolean reload(PolicyReading reading);

        /** From now on backfills yield to these limits. */
        void reload(ThrottleSettings throttle);

        /** Accepts no more, lets sessions end for the drain timeout, closes the rest. Does so once. */
        @Override
        void close();
    }
}
