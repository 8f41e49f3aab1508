package dev.sluice.proxy.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Everything that the gateway measures. Thread-safe; made after the listeners, since nobody waits for it. */
public final class GatewayMetrics {

    /** More time series than this are refused: something would be growing that must not. */
    private static final int MAX_SERIES = 5_000;

    private final List<Supplier<Number>> totals = new CopyOnWriteArrayList<>();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    public GatewayMetrics(String version) {
        registry.config().meterFilter(MeterFilter.maximumAllowableMetrics(MAX_SERIES));
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gauge("sluice.build.info", "The version that runs", Map.of("version", version), () -> 1);
    }

    /** Everything, in Prometheus' text format. */
    public String scrape() {
        return registry.scrape();
    }

    /**
     * A value that is asked for whenever somebody looks.
     *
     * @param name dotted, with its unit last; the same name always has the same label names
     */
    public void gauge(String name, String help, Map<String, String> labels, Supplier<Number> value) {
        Gauge.builder(name, value).description(help).tags(tags(labels)).register(registry);
    }

    /** A total that somebody else counts. */
    public void total(String name, String help, Map<String, String> labels, Supplier<Number> value) {
        // The registry itself holds what it asks only weakly.
        totals.add(value);
        FunctionCounter.builder(name, value, v -> v.get().doubleValue())
                .description(help)
                .tags(tags(labels))
                .register(registry);
    }

    /**
     * A message was judged.
     *
     * @param ruling what became of it: {@code forward}, {@code substitute}, {@code answer}, {@code refuse},
     *     {@code executed}
     */
    public void judged(String upstream, String ruling, Duration took) {
        Timer.builder("sluice.judge")
                .description("Time from a statement being held to its ruling")
                .tags("upstream", upstream, "ruling", ruling)
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(20),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1))
                .register(registry)
                .record(took);
    }

    /** A schema change was answered by the server. */
    public void answered(String upstream, boolean failed) {
        counter("sluice.schema.changes", "Schema changes answered by the server")
                .tags("upstream", upstream, "outcome", failed ? "failed" : "done")
                .register(registry)
                .increment();
    }

    /** A client waited for a migration. */
    public void waited(String upstream, boolean failed, Duration took) {
        Timer.builder("sluice.completion.wait")
                .description("Time that clients waited for the completion of a migration")
                .tags("upstream", upstream, "outcome", failed ? "failed" : "done")
                .register(registry)
                .record(took);
    }

    private static Counter.Builder counter(String name, String help) {
        return Counter.builder(name).description(help);
    }

    private static Tags tags(Map<String, String> labels) {
        Tags tags = Tags.empty();
        for (Map.Entry<String, String> label : labels.entrySet()) {
            tags = tags.and(label.getKey(), label.getValue());
        }
        return tags;
    }
}
