package dev.sluice.proxy.config;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC URL taken apart. User and password are taken out of it, so that it may be printed.
 *
 * @param product which server speaks there
 * @param address where sessions are relayed to
 * @param database the database that it names, empty when it names none
 * @param parameters what follows the question mark, as written, without user and password
 * @param user the user that it names
 * @param password the password that it names
 */
public record JdbcUrl(
        Product product,
        Address address,
        String database,
        Map<String, String> parameters,
        Optional<String> user,
        Optional<Secret> password) {

    /** A server product, by the prefix of its URL. */
    public enum Product {
        POSTGRESQL("postgresql", 5432),
        MYSQL("mysql", 3306),
        MARIADB("mariadb", 3306);

        private final String word;
        private final int port;

        Product(String word, int port) {
            this.word = word;
            this.port = port;
        }
    }

    public JdbcUrl {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /**
     * Reads {@code jdbc:postgresql://host:port/database?user=u&password=p}, likewise for mysql and mariadb; also without
     * {@code jdbc:}, and with {@code user:password@} before the host.
     *
     * @throws IllegalArgumentException saying what was expected; never with the password in it
     */
    public static JdbcUrl parse(String url) {
        String rest = url.startsWith("jdbc:") ? url.substring(5) : url;
        int scheme = rest.indexOf("://");
        Product product = product(scheme < 0 ? "" : rest.substring(0, scheme));
        rest = rest.substring(scheme + 3);
        int query = rest.indexOf('?');
        Map<String, String> parameters = query < 0 ? new LinkedHashMap<>() : parameters(rest.substring(query + 1));
        rest = query < 0 ? rest : rest.substring(0, query);
        int slash = rest.indexOf('/');
        String database = slash < 0 ? "" : decode(rest.substring(slash + 1));
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        int at = authority.lastIndexOf('@');
        List<String> credentials = at < 0 ? List.of() : credentials(authority.substring(0, at));
        Optional<String> user = first(credentials, 0, parameters.remove("user"));
        Optional<String> password = first(credentials, 1, parameters.remove("password"));
        Address address = address(authority.substring(at + 1), product);
        return new JdbcUrl(product, address, database, parameters, user, password.map(Secret::of));
    }

    /** The URL for a JDBC driver, without user and password. */
    public String forDriver() {
        return forDriver(database);
    }

    /** The same for another database of that server. */
    public String forDriver(String otherDatabase) {
        String tail = parameters.isEmpty() ? "" : "?" + joined();
        return "jdbc:" + product.word + "://" + address + "/" + encode(otherDatabase) + tail;
    }

    /** The URL with everything masked that looks like a secret. */
    @Override
    public String toString() {
        Map<String, String> shown = new LinkedHashMap<>(parameters);
        shown.replaceAll((k, v) -> k.toLowerCase(Locale.ROOT).contains("password") ? Secret.MASK : v);
        return new JdbcUrl(product, address, database, shown, Optional.empty(), Optional.empty()).forDriver();
    }

    private String joined() {
        List<String> parts = new ArrayList<>();
        parameters.forEach((k, v) -> parts.add(v.isEmpty() ? k : k + "=" + v));
        return String.join("&", parts);
    }

    private static Product product(String word) {
        for (Product product : Product.values()) {
            if (product.word.equals(word.toLowerCase(Locale.ROOT))) {
                return product;
            }
        }
        if (word.equals("postgres")) {
            return Product.POSTGRESQL;
        }
        throw new IllegalArgumentException(
                "expected a URL such as jdbc:postgresql://host:5432/database, jdbc:mysql://… or jdbc:mariadb://…");
    }

    private static Address address(String text, Product product) {
        if (text.indexOf(',') >= 0) {
            throw new IllegalArgumentException("expected one host, found several: sessions are relayed to one server");
        }
        boolean bare = text.indexOf(':') < 0 || text.endsWith("]");
        String withPort = (text.isEmpty() ? "localhost" : text) + (bare ? ":" + product.port : "");
        return Address.parse(withPort)
                .orElseThrow(() -> new IllegalArgumentException("expected host:port, found \"" + text + "\""));
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : query.split("&")) {
            int equals = part.indexOf('=');
            if (!part.isEmpty()) {
                String key = equals < 0 ? part : part.substring(0, equals);
                parameters.put(key, equals < 0 ? "" : part.substring(equals + 1));
            }
        }
        return parameters;
    }

    private static List<String> credentials(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? List.of(text) : List.of(text.substring(0, colon), text.substring(colon + 1));
    }

    private static Optional<String> first(List<String> credentials, int at, @Nullable String parameter) {
        if (parameter != null) {
            return Optional.of(decode(parameter));
        }
        return credentials.size() > at ? Optional.of(decode(credentials.get(at))) : Optional.empty();
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
