package dev.sluice.proxy.intercept.command;

import dev.sluice.proxy.migration.Migration;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Migrations as rows of a table. */
public final class MigrationTable {

    private static final int STATEMENT_WIDTH = 60;
    private static final List<String> COLUMNS = List.of(
            "id",
            "table",
            "statement",
            "state",
            "phase",
            "rows",
            "total",
            "rate",
            "eta",
            "reason",
            "age",
            "owner",
            "requested_by",
            "sqlstate",
            "created_at",
            "updated_at",
            "full_statement");
    private static final int BRIEF = 12;

    private MigrationTable() {}

    static Table of(List<Migration> migrations, Instant now) {
        return new Table(
                COLUMNS,
                BRIEF,
                migrations.stream().map(migration -> row(migration, now)).toList());
    }

    /** Time until the rows are filled at the present rate; empty where nothing says. */
    public static Optional<Duration> eta(Migration migration) {
        long left = migration.rowsTotal() - migration.rowsDone();
        if (migration.state().ended() || left <= 0 || migration.rowsPerSecond() < 0.5) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofSeconds(Math.round(left / migration.rowsPerSecond())));
    }

    /** {@code 1h02m}, {@code 3m20s}, {@code 12s}. */
    public static String words(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds >= 86_400) {
            return "%dd%02dh".formatted(seconds / 86_400, seconds % 86_400 / 3600);
        }
        if (seconds >= 3600) {
            return "%dh%02dm".formatted(seconds / 3600, seconds % 3600 / 60);
        }
        return seconds >= 60 ? "%dm%02ds".formatted(seconds / 60, seconds % 60) : seconds + "s";
    }

    private static List<Optional<String>> row(Migration migration, Instant now) {
        boolean fills = migration.rowsTotal() > 0 || migration.rowsDone() > 0;
        return List.of(
                Optional.of(Long.toString(migration.id())),
                Optional.of(migration.table()),
                Optional.of(oneLine(migration.statement())),
                Optional.of(migration.state().word()),
                Optional.of(migration.phase().word()),
                fills ? Optional.of(Long.toString(migration.rowsDone())) : Optional.empty(),
                fills ? Optional.of(Long.toString(migration.rowsTotal())) : Optional.empty(),
                fills && !migration.state().ended()
                        ? Optional.of(String.format(Locale.ROOT, "%.0f", migration.rowsPerSecond()))
                        : Optional.empty(),
                eta(migration).map(MigrationTable::words),
                migration.reason().isEmpty() ? Optional.empty() : Optional.of(migration.reason()),
                Optional.of(words(Duration.between(migration.createdAt(), now))),
                migration.owner().isEmpty() ? Optional.empty() : Optional.of(migration.owner()),
                Optional.of(migration.requestedBy()),
                migration.sqlState(),
                Optional.of(migration.createdAt().truncatedTo(ChronoUnit.MILLIS).toString()),
                Optional.of(migration.updatedAt().truncatedTo(ChronoUnit.MILLIS).toString()),
                Optional.of(migration.statement()));
    }

    private static String oneLine(String statement) {
        String line = statement.replaceAll("\\s+", " ").strip();
        return line.length() > STATEMENT_WIDTH ? line.substring(0, STATEMENT_WIDTH - 1) + "…" : line;
    }
}
