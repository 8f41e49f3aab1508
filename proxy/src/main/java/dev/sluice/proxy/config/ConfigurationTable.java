package dev.sluice.proxy.config;

import dev.sluice.proxy.throttle.Signal;
import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.Watched;
import java.util.ArrayList;
import java.util.List;

/** The configuration as rows of key and value, for {@code SHOW SLUICE CONFIG}. Secrets are masked. */
public final class ConfigurationTable {

    private ConfigurationTable() {}

    /** @param value as it would be written in the file */
    public record Row(String key, String value) {}

    public static List<Row> of(Configuration c) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("gateway", c.gateway()));
        for (int i = 0; i < c.listeners().size(); i++) {
            ListenerConfig l = c.listeners().get(i);
            rows.add(new Row("listeners[" + i + "].protocol", l.protocol().word()));
            rows.add(new Row("listeners[" + i + "].address", l.address().toString()));
            rows.add(new Row("listeners[" + i + "].upstream", l.upstream()));
            if (l.protocol() == ListenerConfig.Protocol.MYSQL) {
                rows.add(new Row("listeners[" + i + "].local_infile", String.valueOf(l.localInfile())));
            }
        }
        c.upstreams().values().forEach(u -> upstream(rows, u));
        rows.add(new Row(
                "policies",
                c.policies().file().map(Object::toString).orElse(c.policies().source())));
        rows.add(new Row("operators", String.join(", ", c.operators())));
        rows.add(new Row("lock_timeout", Units.print(c.lock().timeout())));
        rows.add(new Row("lock_retry", Units.print(c.lock().retry())));
        rows.add(new Row("lock_patience", Units.print(c.lock().patience())));
        rows.add(new Row("completion", c.completion().waits() ? "wait" : "return"));
        rows.add(new Row("completion_timeout", Units.print(c.completion().timeout())));
        rows.add(new Row("approval_timeout", Units.print(c.completion().approvalTimeout())));
        rows.add(new Row("approval_validity", Units.print(c.completion().approvalValidity())));
        throttle(rows, c.throttle());
        rows.add(new Row("audit.file", c.audit().file().toString()));
        rows.add(new Row("http.enabled", String.valueOf(c.http().enabled())));
        rows.add(new Row("http.address", c.http().address().toString()));
        rows.add(new Row("http.token", c.http().token().map(Secret::toString).orElse("")));
        c.http().tokens().keySet().stream()
                .sorted()
                .forEach(name -> rows.add(new Row("http.tokens." + name, Secret.MASK)));
        rows.add(new Row("max_statement_bytes", String.valueOf(c.maxStatementBytes())));
        rows.add(new Row("drain_timeout", Units.print(c.drainTimeout())));
        rows.add(new Row("log_level", c.logLevel()));
        return List.copyOf(rows);
    }

    private static void upstream(List<Row> rows, UpstreamConfig u) {
        String key = "upstreams." + u.name();
        rows.add(new Row(key + ".url", u.url().toString()));
        rows.add(new Row(key + ".user", u.user().orElse("")));
        rows.add(new Row(key + ".password", u.password().map(Secret::toString).orElse("")));
        rows.add(new Row(key + ".environment", u.environment()));
        rows.add(new Row(key + ".pool_size", String.valueOf(u.poolSize())));
    }

    private static void throttle(List<Row> rows, ThrottleSettings t) {
        rows.add(new Row("throttle.batch_time", Units.print(t.batchTime())));
        rows.add(new Row("throttle.max_rows_per_second", String.valueOf(t.maxRowsPerSecond())));
        rows.add(new Row("throttle.min_rows_per_second", String.valueOf(t.minRowsPerSecond())));
        rows.add(new Row("throttle.recover_after", Units.print(t.recoverAfter())));
        rows.add(new Row("throttle.windows", t.hours().text()));
        for (Watched watched : Watched.values()) {
            rows.add(new Row(
                    "throttle.signals." + watched.word(),
                    t.signal(watched).map(ConfigurationTable::signal).orElse("off")));
        }
        t.queries().forEach(q -> {
            String key = "throttle.queries." + q.signal().name();
            rows.add(new Row(key, q.upstream() + ": " + q.sql() + ": " + signal(q.signal())));
        });
        t.replicas().forEach(r -> rows.add(new Row("throttle.replicas." + r.name(), r.upstream() + ": " + r.url())));
    }

    private static String signal(Signal signal) {
        return signal.limits() + (signal.blindStops() ? ", stops when it cannot be read" : "");
    }
}
