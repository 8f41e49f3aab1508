package dev.sluice.proxy.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.config.Address;
import dev.sluice.proxy.config.HttpConfig;
import dev.sluice.proxy.config.Secret;
import dev.sluice.proxy.migration.Migration.State;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpInterfaceTest {

    private final AtomicBoolean ready = new AtomicBoolean(true);
    private final HttpClient client = HttpClient.newHttpClient();
    private @TempDir Path folder;
    private FakeControlPlane control;
    private HttpInterface http;

    @BeforeEach
    void start() {
        control = new FakeControlPlane(folder.resolve("audit.jsonl"));
        http = start(Optional.empty());
    }

    @AfterEach
    void stop() {
        http.close();
    }

    @Test
    void livenessNeedsNothingAndReadinessTheListeners() throws Exception {
        ready.set(false);

        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(503);

        ready.set(true);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsAreServed() throws Exception {
        HttpResponse<String> answer = get("/metrics");

        assertThat(answer.body()).isEqualTo("sluice_test 1\n");
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain; version=0.0.4");
    }

    @Test
    void migrationsAreListedAndShown() throws Exception {
        control.migration(42, "orders", State.RUNNING);

        assertThat(get("/api/v1/migrations").body()).contains("\"id\":42", "\"state\":\"running\"", "\"rowsDone\":10");
        assertThat(get("/api/v1/migrations/42").body()).startsWith("{\"upstream\":\"main\"");
    }

    @Test
    void aMissingMigrationIsAProblemDocument() throws Exception {
        HttpResponse<String> answer = get("/api/v1/migrations/7");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("\"status\":404", "There is no migration 7.");
    }

    @Test
    void aNumberOfTwoDatabasesNeedsTheDatabase() throws Exception {
        control.migration(1, "orders", State.RUNNING);
        control.migration(1, "billing", State.PAUSED);

        assertThat(get("/api/v1/migrations/1").statusCode()).isEqualTo(409);
        assertThat(get("/api/v1/migrations/1?database=billing").body()).contains("\"state\":\"paused\"");
    }

    @Test
    void commandsReachTheMigration() throws Exception {
        control.migration(42, "orders", State.RUNNING);

        assertThat(post("/api/v1/migrations/42/pause", "").statusCode()).isEqualTo(200);
        assertThat(post("/api/v1/migrations/42/approve", "{\"reason\": \"seen\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post("/api/v1/migrations/42/throttle", "{\"rowsPerSecond\": 500}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(control.commands)
                .containsExactly(
                        "42 Pause[] by http:127.0.0.1",
                        "42 Approve[reason=seen] by http:127.0.0.1",
                        "42 Throttle[rowsPerSecond=500] by http:127.0.0.1");
    }

    @Test
    void badCommandsAndBodiesAreRefused() throws Exception {
        control.migration(42, "orders", State.RUNNING);

        assertThat(post("/api/v1/migrations/42/explode", "").statusCode()).isEqualTo(404);
        assertThat(post("/api/v1/migrations/42/throttle", "{}").statusCode()).isEqualTo(400);
        assertThat(post("/api/v1/migrations/42/approve", "{nonsense").statusCode())
                .isEqualTo(400);
        assertThat(post("/api/v1/migrations/42/approve", "x".repeat(100_000)).statusCode())
                .isEqualTo(413);
        assertThat(control.commands).isEmpty();
    }

    @Test
    void pagesOfOtherOriginsChangeNothing() throws Exception {
        control.migration(42, "orders", State.RUNNING);
        URI uri = uri("/api/v1/migrations/42/cancel");

        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(uri)
                        .header("Origin", "http://evil.example")
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(control.commands).isEmpty();
    }

    @Test
    void aNameThatWasReboundToThisMachineIsRefused() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", http.address().getPort())) {
            String request = "GET /api/v1/migrations HTTP/1.1\r\nHost: evil.example:8432\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);

            assertThat(answer).isEqualTo("HTTP/1.1 403");
        }
    }

    @Test
    void aConfiguredTokenIsAskedFor() throws Exception {
        http.close();
        http = start(Optional.of(Secret.of("t0k3n")));

        assertThat(get("/api/v1/migrations").statusCode()).isEqualTo(401);
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        HttpRequest request = HttpRequest.newBuilder(uri("/api/v1/migrations"))
                .header("Authorization", "Bearer t0k3n")
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void theThrottleCheckSaysGoOrWait() throws Exception {
        assertThat(get("/api/v1/throttle/check").statusCode()).isEqualTo(200);

        control.pressure = 1.0;
        HttpResponse<String> wait = get("/api/v1/throttle/check?upstream=main");

        assertThat(wait.statusCode()).isEqualTo(429);
        assertThat(wait.body()).contains("replication lag 5 s");
        assertThat(get("/api/v1/throttle/check?upstream=other").statusCode()).isEqualTo(404);
        assertThat(get("/api/v1/throttle").body()).contains("\"go\":false");
    }

    @Test
    void theThrottleTellsWhoWaitsForHowLongAndWhy() throws Exception {
        assertThat(get("/api/v1/throttle").body()).contains("\"delayed\":[]");

        control.pressure = 1.0;

        assertThat(get("/api/v1/throttle").body())
                .contains("\"delayed\":[{\"session\":12,\"rule\":\"nightly\",\"waitingMillis\":3000,"
                        + "\"reason\":\"replication lag 5 s, at most 2 s\"}]");
    }

    @Test
    void flagsFollowMigrations() throws Exception {
        control.migration(42, "orders", State.COMPLETE);
        control.migration(43, "orders", State.RUNNING);

        assertThat(post("/ofrep/v1/evaluate/flags/migration-42", "{}").body()).contains("\"value\":true");
        assertThat(post("/ofrep/v1/evaluate/flags/migration-43", "{}").body()).contains("\"value\":false");
        assertThat(post("/ofrep/v1/evaluate/flags/table-public.orders", "{}").body())
                .contains("\"value\":false");
        assertThat(post("/ofrep/v1/evaluate/flags/other", "{}").statusCode()).isEqualTo(404);
        assertThat(post("/ofrep/v1/evaluate/flags", "{}").body()).contains("migration-42", "migration-43");
    }

    @Test
    void theAuditTrailIsServedNewestFirst() throws Exception {
        Files.writeString(folder.resolve("audit.jsonl"), "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");

        assertThat(get("/api/v1/audit?limit=2").body()).isEqualTo("{\"records\":[{\"n\":3},{\"n\":2}]}");
        assertThat(get("/api/v1/audit?limit=0").statusCode()).isEqualTo(400);
    }

    @Test
    void changesAreStreamed() throws Exception {
        control.migration(42, "orders", State.RUNNING);
        HttpResponse<java.io.InputStream> answer = client.send(
                HttpRequest.newBuilder(uri("/api/v1/events"))
                        .header("Accept", "text/event-stream")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());

        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertThat(event(lines)).contains("\"state\":\"running\"");
            control.migration(42, "orders", State.COMPLETE);
            assertThat(event(lines)).contains("\"state\":\"complete\"");
        }
    }

    @Test
    void theConsoleFetchesNothingFromElsewhere() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'");
        assertThat(page.body()).doesNotContain("http://", "https://", "onclick=", "style=");
        assertThat(get("/console.js").statusCode()).isEqualTo(200);
        assertThat(get("/console.css").statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsNotThereIsAProblemDocument() throws Exception {
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/nothing").body()).contains("\"title\":\"Not found\"");
    }

    @Test
    void beforeTheControlPlaneIsLoadedTheAnswerIsTryAgain() throws Exception {
        control.loaded = false;

        assertThat(get("/api/v1/migrations").statusCode()).isEqualTo(503);
    }

    @Test
    void anAddressThatIsTakenIsNamed() {
        Address taken = new Address("127.0.0.1", http.address().getPort());

        assertThatThrownBy(() -> HttpInterface.start(new HttpConfig(true, taken, Optional.empty()), sources()))
                .hasMessageStartingWith("cannot listen on " + taken + " for HTTP: ");
    }

    private static String event(BufferedReader lines) {
        Stream<String> data = lines.lines().filter(line -> line.startsWith("data:"));
        return data.findFirst().orElseThrow();
    }

    @Test
    void whereOperatorsHaveTokensAnApprovalIsSomebodys() throws Exception {
        control.migration(42, "orders", State.AWAITING_APPROVAL);
        HttpConfig config = new HttpConfig(
                true, new Address("127.0.0.1", 0), Optional.of(Secret.of("robot")), Map.of("olga", Secret.of("0lg4")));
        try (HttpInterface told = HttpInterface.start(config, sources())) {
            assertThat(approve(told, "wrong")).isEqualTo(401);
            assertThat(approve(told, "robot")).isEqualTo(403);
            assertThat(approve(told, "0lg4")).isEqualTo(200);
        }
        assertThat(control.commands).containsExactly("42 Approve[reason=seen] by olga");
    }

    private int approve(HttpInterface at, String token) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + at.address().getPort() + "/api/v1/migrations/42/approve");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString("{\"reason\": \"seen\"}"))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private HttpInterface start(Optional<Secret> token) {
        return HttpInterface.start(new HttpConfig(true, new Address("127.0.0.1", 0), token), sources());
    }

    private HttpInterface.Sources sources() {
        return new HttpInterface.Sources(
                ready::get, () -> control.loaded ? Optional.of(control) : Optional.empty(), () -> "sluice_test 1\n");
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + http.address().getPort() + path);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
