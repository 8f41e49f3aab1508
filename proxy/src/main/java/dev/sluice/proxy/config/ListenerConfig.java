package dev.sluice.proxy.config;

/**
 * Where clients connect.
 *
 * @param upstream name of the upstream whose server they reach
 * @param localInfile MySQL: whether LOAD DATA LOCAL is relayed, by which a server reads files of its clients
 */
public record ListenerConfig(Protocol protocol, Address address, String upstream, boolean localInfile) {

    /** What is spoken there. */
    public enum Protocol {
        POSTGRES,
        MYSQL;

        /** The word of the configuration. */
        public String word() {
            return this == POSTGRES ? "postgres" : "mysql";
        }

        /** The protocol of a server. */
        public static Protocol of(JdbcUrl.Product product) {
            return product == JdbcUrl.Product.POSTGRESQL ? POSTGRES : MYSQL;
        }
    }
}
