package dev.sluice.proxy.catalog;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * How the gateway itself reaches a database server.
 *
 * @param name the upstream's name in the configuration
 * @param url a JDBC URL; its database is where the gateway looks first
 * @param user the gateway's own role; empty: the driver's default
 * @param password empty: none
 * @param poolSize most pooled connections to one database
 */
public record ControlUpstream(String name, String url, String user, String password, int poolSize) {

    /** Whether this is PostgreSQL; else it is MySQL or MariaDB. */
    public boolean isPostgres() {
        return url.startsWith("jdbc:postgresql:");
    }

    /** The database that the URL names, or empty. */
    public String database() {
        int question = url.indexOf('?');
        String path = question < 0 ? url : url.substring(0, question);
        int host = path.indexOf("//");
        int slash = host < 0 ? path.lastIndexOf(':') : path.indexOf('/', host + 2);
        return slash < 0 ? "" : URLDecoder.decode(path.substring(slash + 1), StandardCharsets.UTF_8);
    }

    /** The same server's URL with another database. */
    String urlOf(String database) {
        int question = url.indexOf('?');
        String path = question < 0 ? url : url.substring(0, question);
        String query = question < 0 ? "" : url.substring(question);
        int host = path.indexOf("//");
        int slash = host < 0 ? path.lastIndexOf(':') : path.indexOf('/', host + 2);
        String base = slash < 0 ? path + "/" : path.substring(0, slash + 1);
        String encoded = URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
        return base + encoded + query;
    }

    @Override
    public String toString() {
        return "ControlUpstream[" + name + "]";
    }
}
