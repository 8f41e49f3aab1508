package dev.sluice.proxy.app;

import dev.sluice.proxy.api.MigrationJson;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import dev.sluice.proxy.cli.MigrationsClient;
import dev.sluice.proxy.migration.ApprovedMigrations;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.LedgerMigrations;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations.Command;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads and commands the ledger of one database. Runs no migration: a gateway that serves the database does. */
final class LedgerClient implements MigrationsClient {

    private final ControlPools pools;
    private final LedgerMigrations ledger;
    private final ApprovedMigrations migrations;
    private final DatabaseRef database;
    private final String operator;

    /** @param operator whom the database knows as the one who connects: an approval is theirs */
    LedgerClient(
            ControlPools pools,
            LedgerMigrations ledger,
            ApprovedMigrations migrations,
            DatabaseRef database,
            String operator) {
        this.pools = pools;
        this.ledger = ledger;
        this.migrations = migrations;
        this.database = database;
        this.operator = operator;
    }

    @Override
    public List<JsonNode> list() throws CliException {
        try {
            List<JsonNode> all = new ArrayList<>();
            migrations.list(database).forEach(m -> all.add(MigrationJson.of(m)));
            return all;
        } catch (MigrationException e) {
            throw failure(e);
        }
    }

    @Override
    public JsonNode show(long id) throws CliException {
        try {
            return migrations
                    .find(database, id)
                    .map(MigrationJson::of)
                    .orElseThrow(() -> new CliException(ExitCode.NEGATIVE, "There is no migration " + id + "."));
        } catch (MigrationException e) {
            throw failure(e);
        }
    }

    @Override
    public JsonNode command(long id, Order order) throws CliException {
        try {
            return MigrationJson.of(migrations.command(database, id, command(order), operator));
        } catch (MigrationException e) {
            throw failure(e);
        }
    }

    private static Command command(Order order) {
        return switch (order.word()) {
            case "pause" -> new Command.Pause();
            case "resume" -> new Command.Resume();
            case "cancel" -> new Command.Cancel();
            case "retry" -> new Command.Retry();
            case "approve" -> new Command.Approve(order.reason());
            case "throttle" -> new Command.Throttle(order.rowsPerSecond());
            default -> throw new IllegalArgumentException(order.word());
        };
    }

    private static CliException failure(MigrationException e) {
        boolean connection = e.error().sqlState().startsWith("08");
        String hint = e.error().hint().map(h -> " " + h).orElse("");
        return new CliException(connection ? ExitCode.UNREACHABLE : ExitCode.NEGATIVE, e.getMessage() + hint);
    }

    @Override
    public void close() {
        ledger.close();
        pools.close();
    }
}
