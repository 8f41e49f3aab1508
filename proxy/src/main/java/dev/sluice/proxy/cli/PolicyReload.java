package dev.sluice.proxy.cli;

import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.PolicyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/**
 * Has a gateway read its policy and its throttle's limits again when a file of its configuration has changed, or when told so. A file is looked at
 * by its time, size and identity, so that an exchanged link is seen as well; it is read once it has been the same for two
 * looks, since whoever writes it may not be done. Thread-safe.
 */
final class PolicyReload {

    /** Reads the whole configuration, as at the start. */
    interface Source {
        Configuration read() throws ConfigException, CliException;
    }

    private final GatewayLauncher.Running gateway;
    private final Source source;
    private final Optional<Path> configurationFile;
    private final Configuration running;

    private Optional<Path> policyFile;
    private Optional<Configuration> read = Optional.empty();
    private Map<Path, String> taken;
    private Map<Path, String> seen;

    /** @param running the configuration that the gateway was started with, of which all but policy and throttle stays */
    PolicyReload(
            GatewayLauncher.Running gateway, Source source, Optional<Path> configurationFile, Configuration running) {
        this.gateway = gateway;
        this.source = source;
        this.configurationFile = configurationFile;
        this.running = running;
        this.policyFile = running.policies().file();
        this.taken = look();
        this.seen = taken;
    }

    /** Reads the policy when a file has changed since it was read, and is no longer being written. */
    synchronized void ifChanged() {
        Map<Path, String> before = seen;
        seen = look();
        if (!seen.equals(taken) && seen.equals(before)) {
            now();
        }
    }

    /** Reads the policy. @return whether it holds now */
    synchronized boolean now() {
        read = Optional.empty();
        boolean holds = gateway.reload(this::policies);
        read.filter(now -> holds).ifPresent(now -> gateway.reload(now.throttle()));
        taken = look();
        seen = taken;
        return holds;
    }

    private PolicyConfig policies() throws ConfigException, CliException {
        Configuration now = source.read();
        read = Optional.of(now);
        policyFile = now.policies().file();
        if (!now.with(running.policies(), running.throttle()).equals(running)) {
            LoggerFactory.getLogger(PolicyReload.class)
                    .warn("Of the changed configuration only policy and throttle are taken; the rest needs a restart");
        }
        return now.policies();
    }

    private Map<Path, String> look() {
        Map<Path, String> found = new TreeMap<>();
        for (Optional<Path> file : List.of(configurationFile, policyFile)) {
            file.ifPresent(path -> found.put(path, mark(path)));
        }
        return found;
    }

    private static String mark(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (IOException e) {
            return "missing";
        }
    }
}
