package dev.sluice.proxy.app;

import dev.sluice.proxy.api.ControlPlane.DelayedRow;
import dev.sluice.proxy.api.ControlPlane.SignalRow;
import dev.sluice.proxy.api.ControlPlane.ThrottleRow;
import dev.sluice.proxy.bulk.ApplicationBackfills;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.metrics.GatewayMetrics;
import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Throttle;
import dev.sluice.proxy.throttle.Watched;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What the throttle sees and does, as it is shown and measured. */
final class ThrottleReport {

    private final Configuration configuration;
    private final Throttle throttle;
    private final ApplicationBackfills applications;

    ThrottleReport(Configuration configuration, Throttle throttle, ApplicationBackfills applications) {
        this.configuration = configuration;
        this.throttle = throttle;
        this.applications = applications;
    }

    List<ThrottleRow> rows() {
        return configuration.upstreams().keySet().stream()
                .sorted()
                .map(this::row)
                .toList();
    }

    private ThrottleRow row(String upstream) {
        Throttle.Status status = throttle.status(upstream);
        String reason = status.reason();
        return new ThrottleRow(
                upstream,
                status.go(),
                status.pressure().shown(),
                status.share(),
                status.atWork(),
                status.elsewhere(),
                reason.isEmpty() ? Optional.empty() : Optional.of(reason),
                status.pressure().deciding().map(ThrottleReport::signal),
                status.readings().stream().map(ThrottleReport::signal).toList(),
                delayed(upstream));
    }

    private List<DelayedRow> delayed(String upstream) {
        return applications.sessions().stream()
                .filter(s -> s.upstream().equals(upstream))
                .flatMap(s ->
                        s.waiting().stream().map(waiting -> new DelayedRow(s.session(), s.rule(), waiting, s.reason())))
                .toList();
    }

    private static SignalRow signal(Reading reading) {
        return new SignalRow(
                reading.signal().name(),
                reading.of(),
                reading.value(),
                reading.signal().unit().print(1).replaceFirst("^1 ?", ""),
                reading.signal().slowAbove(),
                reading.signal().stopAt(),
                reading.pressure(),
                reading.text());
    }

    /** What is measured of the throttle: for each upstream the pressure and the pace, and each signal's worst reading. */
    void measure(GatewayMetrics metrics) {
        for (String upstream : configuration.upstreams().keySet()) {
            Map<String, String> labels = Map.of("upstream", upstream);
            gauge(
                    metrics,
                    "pressure",
                    "What holds backfills back: 0 nothing, 1 they stand",
                    labels,
                    s -> s.pressure().shown());
            gauge(metrics, "share", "The share of their time that backfills may work", labels, Throttle.Status::share);
            gauge(metrics, "backfills", "Backfills at work here", labels, Throttle.Status::atWork);
            for (String signal : signals(upstream)) {
                Map<String, String> of = Map.of("upstream", upstream, "signal", signal);
                gauge(
                        metrics,
                        "signal",
                        "A signal's value, in its own unit",
                        of,
                        s -> worst(s, signal)
                                .flatMap(r -> r.value().stream().boxed().findFirst())
                                .orElse(Double.NaN));
                gauge(
                        metrics,
                        "signal.pressure",
                        "What a signal holds backfills back by",
                        of,
                        s -> worst(s, signal).map(Reading::pressure).orElse(Double.NaN));
            }
        }
    }

    private void gauge(
            GatewayMetrics metrics,
            String name,
            String help,
            Map<String, String> labels,
            ToDoubleFunction<Throttle.Status> value) {
        String upstream = String.valueOf(labels.get("upstream"));
        metrics.gauge("sluice.throttle." + name, help, labels, () -> value.applyAsDouble(throttle.status(upstream)));
    }

    private List<String> signals(String upstream) {
        List<String> names = new ArrayList<>(
                Arrays.stream(Watched.values()).map(Watched::word).toList());
        configuration.throttle().queries().stream()
                .filter(q -> q.upstream().equals(upstream))
                .forEach(q -> names.add(q.signal().name()));
        return names;
    }

    private static Optional<Reading> worst(Throttle.Status status, String signal) {
        return status.readings().stream()
                .filter(r -> r.signal().name().equals(signal))
                .max((a, b) -> Double.compare(a.pressure(), b.pressure()));
    }
}
