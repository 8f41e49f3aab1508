package dev.sluice.proxy.migration;

import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.session.ServerError;
import java.sql.SQLException;
import java.util.Locale;

/** What a client is told when the ledger does not serve. */
final class LedgerErrors {

    private static final String UNREACHABLE = "08001";

    private LedgerErrors() {}

    static MigrationException unknown(long id) {
        return new MigrationException(ServerError.of(
                "02000",
                1146,
                "there is no migration " + id,
                "The statement that asked for it may have been rolled back.",
                "SHOW SLUICE MIGRATIONS lists those of this database."));
    }

    static MigrationException notNow(Migration migration, Migrations.Command command) {
        String word = command.getClass().getSimpleName().toUpperCase(Locale.ROOT);
        return new MigrationException(ServerError.of(
                "55000",
                1235,
                "migration " + migration.id() + " is " + migration.state().word() + ": it does not admit " + word,
                "",
                ""));
    }

    /** Whether the database may answer soon. */
    static boolean passing(MigrationException e) {
        return e.error().sqlState().equals(UNREACHABLE);
    }

    /** Whether the ledger is not there at all: undefined table, schema or function. */
    static boolean missing(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.equals("42P01") || state.equals("3F000") || state.equals("42883") || state.equals("42S02");
    }

    static MigrationException of(SQLException e, ControlDatabase database) {
        String state = e.getSQLState() == null ? UNREACHABLE : e.getSQLState();
        String message = String.valueOf(e.getMessage());
        if (state.equals("42501")) {
            return new MigrationException(ServerError.of(
                    "42501",
                    1044,
                    "the gateway's ledger is not installed in database " + database.name()
                            + ", and its role may not install it: " + message,
                    "A schema change that is carried out in phases is recorded in the schema \"sluice\" of that database.",
                    "Have an administrator run: sluice init " + database.url()));
        }
        boolean passing = state.startsWith("08") || state.startsWith("57P") || state.startsWith("53");
        return new MigrationException(ServerError.of(
                passing ? UNREACHABLE : state, 0, "the gateway's ledger does not answer: " + message, "", ""));
    }
}
