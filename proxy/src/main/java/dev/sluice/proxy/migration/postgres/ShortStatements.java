package dev.sluice.proxy.migration.postgres;

import dev.sluice.proxy.catalog.RoleScope;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Short statements that take locks which stop others: together in one transaction with their record, each queueing for
 * a moment only. Many short tries, with others let through between them, beat few long ones.
 */
final class ShortStatements {

    private static final Duration RARE = Duration.ofSeconds(5);

    private final WorkConnection work;
    private final RunnerSettings settings;
    private int tries;

    ShortStatements(WorkConnection work, RunnerSettings settings) {
        this.work = work;
        this.settings = settings;
    }

    /** What is written down in the same transaction. */
    interface Record {
        void write(Connection connection) throws SQLException;
    }

    Outcome run(List<String> sql, Run run, Record record) throws SQLException {
        try {
            work.inTransaction(run, (connection, scope) -> {
                execute(
                        connection,
                        "SET LOCAL lock_timeout = " + settings.lockTimeout().toMillis());
                runAll(connection, scope, sql);
                record.write(connection);
                return true;
            });
            tries = 0;
            return new Outcome.Done();
        } catch (SQLException e) {
            if (!"55P03".equals(e.getSQLState())) {
                throw e;
            }
            return giveWay(run, e);
        }
    }

    /** In order; what concerns the gateway's own functions under its own role. */
    private static void runAll(Connection connection, RoleScope scope, List<String> sql) throws SQLException {
        List<String> theirs = new ArrayList<>();
        for (String one : sql) {
            if (OwnFunctions.isOwn(one)) {
                flush(scope, theirs);
                execute(connection, one);
            } else {
                theirs.add(one);
            }
        }
        flush(scope, theirs);
    }

    private static void flush(RoleScope scope, List<String> theirs) throws SQLException {
        if (!theirs.isEmpty()) {
            scope.run(theirs);
            theirs.clear();
        }
    }

    private Outcome giveWay(Run run, SQLException e) throws SQLException {
        tries++;
        String why = "";
        var target = run.plan().target();
        if (target.isPresent()) {
            try (Connection other = run.database().connection()) {
                why = Blockers.on(other, target.get(), work.pid()).orElse("");
            }
        }
        if (why.isEmpty() && tries > 10) {
            why = "waits for a lock: " + e.getMessage();
        }
        Duration tried = settings.lockRetry().multipliedBy(tries);
        Duration delay = tried.compareTo(settings.lockPatience()) > 0 ? RARE : settings.lockRetry();
        double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
        return new Outcome.Wait(Duration.ofNanos((long) (delay.toNanos() * jitter)), false, why);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
