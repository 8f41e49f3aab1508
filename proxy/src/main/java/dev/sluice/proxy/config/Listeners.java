package dev.sluice.proxy.config;

import dev.sluice.proxy.config.ListenerConfig.Protocol;
import java.util.Map;
import java.util.Optional;

/** Reads one of {@code listeners}. */
final class Listeners {

    private Listeners() {}

    static Optional<ListenerConfig> read(Section s, Map<String, UpstreamConfig> upstreams) {
        Optional<Address> address = s.address("address");
        Optional<UpstreamConfig> upstream = upstream(s, upstreams);
        Optional<Protocol> protocol = upstream.map(u -> protocol(s, u));
        boolean localInfile = s.flag("local_infile", false);
        s.end();
        if (localInfile && protocol.filter(p -> p == Protocol.MYSQL).isEmpty()) {
            s.problem("local_infile", "expected false: PostgreSQL's protocol has no such thing");
        }
        if (address.isEmpty() && s.text("address").isEmpty()) {
            s.problem("address", "expected host:port, such as 0.0.0.0:6432");
        }
        if (address.isEmpty() || protocol.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new ListenerConfig(protocol.get(), address.get(), upstream.get().name(), localInfile));
    }

    private static Optional<UpstreamConfig> upstream(Section s, Map<String, UpstreamConfig> upstreams) {
        Optional<String> name = s.text("upstream");
        if (name.isEmpty() && upstreams.size() == 1) {
            return upstreams.values().stream().findFirst();
        }
        Optional<UpstreamConfig> upstream = name.map(upstreams::get);
        if (upstream.isEmpty()) {
            s.problem(
                    "upstream",
                    "expected the name of an upstream (" + String.join(", ", upstreams.keySet()) + "), found \""
                            + name.orElse("") + "\"");
        }
        return upstream;
    }

    private static Protocol protocol(Section s, UpstreamConfig upstream) {
        Protocol spoken = Protocol.of(upstream.url().product());
        Protocol asked = s.word("protocol", Map.of("postgres", Protocol.POSTGRES, "mysql", Protocol.MYSQL), spoken);
        if (asked != spoken) {
            s.problem(
                    "protocol",
                    "expected " + spoken.word() + ", which the upstream " + upstream.name() + " speaks, found "
                            + asked.word());
        }
        return spoken;
    }
}
