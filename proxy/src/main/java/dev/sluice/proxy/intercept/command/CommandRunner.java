package dev.sluice.proxy.intercept.command;

import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.audit.AuditTrail;
import dev.sluice.proxy.intercept.command.GatewayCommand.Topic;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.HeldSession.Notice;
import dev.sluice.proxy.session.ServerError;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Carries gateway commands out for a client. Thread-safe; blocks. */
public final class CommandRunner {

    private static final int AUDIT_ROWS = 100;

    private final Migrations migrations;
    private final AuditLog audit;
    private final AuditedCommands audited;
    private final Operators operators;
    private final GatewayView view;
    private final Clock clock;

    public CommandRunner(Migrations migrations, AuditLog audit, Operators operators, GatewayView view, Clock clock) {
        this.migrations = migrations;
        this.audit = audit;
        this.audited = new AuditedCommands(migrations, audit);
        this.operators = operators;
        this.view = view;
        this.clock = clock;
    }

    /** @param text the command as sent, for the audit trail */
    public Reply run(GatewayCommand command, DatabaseRef database, AuditEvent.Who who, String text) {
        try {
            return switch (command) {
                case GatewayCommand.Show show -> show(show, database, who.user());
                case GatewayCommand.Alter alter -> alter(alter, database, who, text);
            };
        } catch (MigrationException e) {
            return new Reply.Refusal(e.error());
        } catch (IOException e) {
            return refuse("58030", "the audit trail cannot be read: " + e.getMessage(), "", "");
        }
    }

    /** What the client should know beside the answer. */
    public Optional<Notice> notice(GatewayCommand command) {
        boolean policies = command instanceof GatewayCommand.Show show && show.topic() == Topic.POLICIES;
        return view.policyRefused()
                .filter(why -> policies)
                .map(why -> new Notice(
                        "WARNING",
                        "01000",
                        "the policy was changed and could not be used: the one before still holds",
                        why,
                        "Correct the file; it is read again when it changes."));
    }

    /** What an ALTER SLUICE is answered with, without its row. */
    public static Reply.Rows columnsOfAlter() {
        return MigrationTable.of(List.of(), Instant.EPOCH).shown(false, "ALTER SLUICE");
    }

    private Reply show(GatewayCommand.Show show, DatabaseRef database, String user)
            throws MigrationException, IOException {
        boolean operator = operators.isOperator(user);
        Table table = switch (show.topic()) {
            case MIGRATIONS -> MigrationTable.of(visible(database, user), clock.instant());
            case MIGRATION -> one(database, user, show.migration().orElseThrow());
            case APPROVALS ->
                MigrationTable.of(
                        visible(database, user).stream()
                                .filter(m -> m.state() == Migration.State.AWAITING_APPROVAL)
                                .toList(),
                        clock.instant());
            case AUDIT -> audit(user, operator);
            case POLICIES -> view.policies();
            case THROTTLE -> view.throttle(database);
            case SESSIONS -> view.sessions(operator ? "" : user);
            case CONFIG -> operator ? view.config() : Table.of(List.of("name", "value"), List.of());
            case VERSION -> Table.of(List.of("version"), List.of(Table.row(view.version())));
            case HELP -> help();
        };
        if (show.topic() == Topic.CONFIG && !operator) {
            return refuse(
                    "42501",
                    "permission denied: only operators may see the configuration",
                    "",
                    "Operators are listed under operators in the gateway's configuration.");
        }
        return table.shown(show.full() || show.topic() == Topic.MIGRATION, "SHOW");
    }

    private List<Migration> visible(DatabaseRef database, String user) throws MigrationException {
        return migrations.list(database).stream()
                .filter(migration -> operators.maySee(user, migration))
                .toList();
    }

    private Table one(DatabaseRef database, String user, long id) throws MigrationException {
        Optional<Migration> found =
                migrations.find(database, id).filter(migration -> operators.maySee(user, migration));
        if (found.isEmpty()) {
            throw new MigrationException(missing(id));
        }
        return MigrationTable.of(List.of(found.get()), clock.instant());
    }

    private Reply alter(GatewayCommand.Alter alter, DatabaseRef database, AuditEvent.Who who, String text)
            throws MigrationException {
        Optional<Migration> found = migrations
                .find(database, alter.migration())
                .filter(migration -> operators.maySee(who.user(), migration));
        if (found.isEmpty()) {
            return new Reply.Refusal(missing(alter.migration()));
        }
        Optional<ServerError> refusal = refusal(alter, found.get(), who);
        if (refusal.isPresent()) {
            audited.refused(who, text, alter.migration(), refusal.get());
            return new Reply.Refusal(refusal.get());
        }
        Migration after = audited.run(who, text, database, alter.migration(), alter.command());
        return MigrationTable.of(List.of(after), clock.instant()).shown(false, "ALTER SLUICE");
    }

    private Optional<ServerError> refusal(GatewayCommand.Alter alter, Migration migration, AuditEvent.Who who) {
        if (!operators.may(who.user(), migration, alter.command())) {
            return Optional.of(ServerError.of(
                    "42501",
                    1227,
                    "permission denied: \"" + who.user() + "\" may not " + alter.verb() + " migration "
                            + migration.id(),
                    "Only operators may.",
                    "Operators are listed under operators in the gateway's configuration."));
        }
        boolean own = migration.requestedBy().equals(who.user())
                || migration.requestedBy().equals(who.role());
        if (alter.command() instanceof Migrations.Command.Approve && own) {
            return Optional.of(ServerError.of(
                    "42501",
                    1227,
                    "permission denied: \"" + who.user() + "\" asked for migration " + migration.id()
                            + " and may not approve it",
                    "An approval needs a second person.",
                    "Let another operator approve it."));
        }
        return Optional.empty();
    }

    private Table audit(String user, boolean operator) throws IOException {
        List<AuditTrail.Entry> entries = new AuditTrail(audit.path())
                .last(
                        AUDIT_ROWS,
                        entry -> operator
                                || entry.text("user").equals(user)
                                || entry.text("role").equals(user));
        return AuditTable.of(entries);
    }

    private static Table help() {
        List<List<Optional<String>>> rows = new ArrayList<>();
        for (Topic topic : Topic.values()) {
            rows.add(Table.row("SHOW SLUICE " + topic, topic.purpose()));
        }
        rows.add(Table.row("SHOW SLUICE FULL …", "the same with all columns"));
        rows.add(Table.row("ALTER SLUICE MIGRATION n PAUSE", "stops it after the batch it is in"));
        rows.add(Table.row("ALTER SLUICE MIGRATION n RESUME", "lets it go on"));
        rows.add(Table.row("ALTER SLUICE MIGRATION n CANCEL", "leaves the table as it was before the statement"));
        rows.add(Table.row("ALTER SLUICE MIGRATION n RETRY", "tries again what failed"));
        rows.add(Table.row("ALTER SLUICE MIGRATION n APPROVE 'reason'", "lets the statement pass once"));
        rows.add(Table.row(
                "ALTER SLUICE MIGRATION n THROTTLE '500 rows/s'", "limits its backfill; THROTTLE OFF ends it"));
        rows.add(Table.row("EXPLAIN ALTER TABLE …", "what would become of a schema change; runs nothing"));
        rows.add(Table.row("EXPLAIN (FORMAT JSON) ALTER TABLE …", "the same for programs"));
        rows.add(Table.row("SET sluice.completion = 'return'", "answers come after the expand phase, not at the end"));
        return Table.of(List.of("command", "what it does"), rows);
    }

    private static ServerError missing(long id) {
        return ServerError.of(
                "42704", 1305, "migration " + id + " does not exist", "", "SHOW SLUICE MIGRATIONS lists them.");
    }

    private static Reply refuse(String sqlState, String message, String detail, String hint) {
        return new Reply.Refusal(ServerError.of(sqlState, 1227, message, detail, hint));
    }
}
