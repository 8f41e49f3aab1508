package dev.sluice.proxy.api;

import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.MigrationException;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * {@code /api/v1/events}: a server-sent event {@code migration} for each change of a migration, and every migration once
 * at the start. At most {@value #MAX_STREAMS} streams at once.
 */
final class EventRoutes {

    private static final int MAX_STREAMS = 32;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int ALIVE_EVERY = 15;

    private final Supplier<Optional<ControlPlane>> control;
    private final BooleanSupplier open;
    private final Semaphore streams = new Semaphore(MAX_STREAMS);

    EventRoutes(Supplier<Optional<ControlPlane>> control, BooleanSupplier open) {
        this.control = control;
        this.open = open;
    }

    void stream(ServerRequest request, ServerResponse response) {
        if (!streams.tryAcquire()) {
            throw new Problem(503, "Too many streams", "At most " + MAX_STREAMS + " event streams are served at once.");
        }
        try (SseSink sink = response.sink(SseSink.TYPE)) {
            Map<String, String> sent = new HashMap<>();
            for (int round = 0; open.getAsBoolean(); round++) {
                control.get().ifPresent(plane -> changes(plane, sent, sink));
                if (round % ALIVE_EVERY == 0) {
                    sink.emit(SseEvent.builder().comment("alive").build());
                }
                Thread.sleep(INTERVAL);
            }
        } catch (UncheckedIOException | InterruptedException e) {
            // The reader has gone, or the server is stopping: the usual ends of a stream.
            return;
        } finally {
            streams.release();
        }
    }

    private static void changes(ControlPlane plane, Map<String, String> sent, SseSink sink) {
        for (DatabaseRef database : plane.databases()) {
            try {
                plane.migrations().list(database).forEach(migration -> {
                    String text = Json.text(MigrationJson.of(migration));
                    if (!text.equals(sent.put(database + "#" + migration.id(), text))) {
                        sink.emit(
                                SseEvent.builder().name("migration").data(text).build());
                    }
                });
            } catch (MigrationException e) {
                // Told by /api/v1/migrations; the stream goes on with what can be reached.
                continue;
            }
        }
    }
}
