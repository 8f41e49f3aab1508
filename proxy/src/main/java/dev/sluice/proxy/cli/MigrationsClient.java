package dev.sluice.proxy.cli;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** Migrations as the command line reaches them: a gateway's HTTP interface, or the ledger itself. */
public interface MigrationsClient extends AutoCloseable {

    /** Each in the form of {@code /api/v1/migrations/{id}}. */
    List<JsonNode> list() throws CliException, InterruptedException;

    JsonNode show(long id) throws CliException, InterruptedException;

    /** @return the migration as it then is */
    JsonNode command(long id, Order order) throws CliException, InterruptedException;

    @Override
    void close();

    /**
     * What is asked for.
     *
     * @param word {@code pause}, {@code resume}, {@code cancel}, {@code retry}, {@code approve} or {@code throttle}
     * @param reason of an approval, empty elsewhere
     * @param rowsPerSecond of a throttle, 0 elsewhere
     */
    record Order(String word, String reason, long rowsPerSecond) {
        static Order of(String word) {
            return new Order(word, "", 0);
        }
    }
}
