package dev.sluice.proxy.api;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code /}: the console, three files that fetch nothing from anywhere else. */
final class ConsoleRoutes implements HttpService {

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    @Override
    public void routing(HttpRules rules) {
        rules.get("/", (request, response) -> file(response, "index.html", "text/html; charset=utf-8"))
                .get("/console.js", (request, response) -> file(response, "console.js", "text/javascript"))
                .get("/console.css", (request, response) -> file(response, "console.css", "text/css"));
    }

    private static void file(ServerResponse response, String name, String type) {
        try (InputStream in = ConsoleRoutes.class.getResourceAsStream("/dev/sluice/proxy/console/" + name)) {
            if (in == null) {
                throw Problem.notFound(name);
            }
            response.header(HeaderNames.CONTENT_TYPE, type);
            response.header(HeaderNames.create("Content-Security-Policy"), POLICY);
            response.header(HeaderNames.create("Referrer-Policy"), "no-referrer");
            response.send(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
