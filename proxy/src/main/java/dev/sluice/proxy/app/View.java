package dev.sluice.proxy.app;

import dev.sluice.policies.rule.Rule;
import dev.sluice.policies.rule.Rules;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.proxy.api.ControlPlane;
import dev.sluice.proxy.bulk.PacedSession;
import dev.sluice.proxy.cli.Version;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.ConfigurationTable;
import dev.sluice.proxy.intercept.command.GatewayView;
import dev.sluice.proxy.intercept.command.MigrationTable;
import dev.sluice.proxy.intercept.command.Table;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.SessionSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What {@code SHOW SLUICE …} tells of policies, throttle, sessions and configuration. */
final class View implements GatewayView {

    private static final int SESSION_COLUMNS_SHORT = 9;
    private static final int DELAYED_SHOWN = 20;
    private static final List<String> SESSION_COLUMNS = List.of(
            "id",
            "database",
            "user",
            "application",
            "state",
            "transaction",
            "age",
            "delayed_for",
            "reason",
            "client",
            "upstream",
            "backend_id",
            "backfill_rule",
            "backfill_rows",
            "backfill_bytes",
            "delayed_in_all");

    private final Configuration configuration;
    private final Supplier<List<SessionSnapshot>> sessions;
    private final Supplier<List<PacedSession>> paced;
    private final Supplier<List<ControlPlane.RuleRow>> policies;
    private final Supplier<ControlPlane.PolicyState> policyState;
    private final Supplier<List<ControlPlane.ThrottleRow>> throttle;

    View(
            Configuration configuration,
            Supplier<List<SessionSnapshot>> sessions,
            Supplier<List<PacedSession>> paced,
            Supplier<List<ControlPlane.RuleRow>> policies,
            Supplier<ControlPlane.PolicyState> policyState,
            Supplier<List<ControlPlane.ThrottleRow>> throttle) {
        this.configuration = configuration;
        this.sessions = sessions;
        this.paced = paced;
        this.policies = policies;
        this.policyState = policyState;
        this.throttle = throttle;
    }

    @Override
    public Table policies() {
        List<List<Optional<String>>> rows = new ArrayList<>();
        for (ControlPlane.RuleRow row : policies.get()) {
            Optional<Rule> rule = Rules.byId(row.rule());
            rows.add(Table.row(
                    row.rule(),
                    row.action(),
                    row.decidedBy(),
                    row.scope(),
                    rule.map(r -> action(r, Dialect.POSTGRES)).orElse(""),
                    rule.map(r -> action(r, Dialect.MYSQL)).orElse(""),
                    rule.map(Rule::catches).orElse(""),
                    rule.map(r -> r.advice().safeWay()).orElse("")));
        }
        return new Table(
                List.of(
                        "rule",
                        "action",
                        "decided_by",
                        "scope",
                        "default_postgres",
                        "default_mysql",
                        "catches",
                        "safe_way"),
                4,
                rows);
    }

    @Override
    public Optional<String> policyRefused() {
        return policyState.get().refused();
    }

    /** The action of a rule that no policy changes. */
    static String action(Rule rule, Dialect dialect) {
        return rule.engine(dialect)
                .map(e -> e.action().name().toLowerCase(Locale.ROOT))
                .orElse("");
    }

    @Override
    public Table throttle(DatabaseRef database) {
        List<List<Optional<String>>> rows = new ArrayList<>();
        for (ControlPlane.ThrottleRow row : throttle.get()) {
            if (row.upstream().equals(database.upstream())) {
                rows.add(List.of(
                        Optional.of(row.upstream()),
                        Optional.of(String.format(Locale.ROOT, "%.2f", row.pressure())),
                        Optional.of(String.format(Locale.ROOT, "%.0f %%", row.share() * 100)),
                        row.reason(),
                        Optional.of(delayed(row.delayed())),
                        Optional.of(Integer.toString(row.atWork())),
                        Optional.of(Integer.toString(row.elsewhere())),
                        Optional.of(row.signals().stream()
                                .map(ControlPlane.SignalRow::text)
                                .collect(Collectors.joining("; ")))));
            }
        }
        return new Table(
                List.of(
                        "upstream",
                        "pressure",
                        "pace",
                        "reason",
                        "delayed_sessions",
                        "at_work",
                        "elsewhere",
                        "signals"),
                5,
                rows);
    }

    /** Whose own backfill waits right now: {@code 12 for 3s by nightly: replication_lag of a 3 s (…)}. */
    private static String delayed(List<ControlPlane.DelayedRow> sessions) {
        String first = sessions.stream()
                .limit(DELAYED_SHOWN)
                .map(s -> s.session() + " for " + MigrationTable.words(s.waiting()) + " by " + s.rule() + ": "
                        + s.reason())
                .collect(Collectors.joining("; "));
        int more = sessions.size() - DELAYED_SHOWN;
        return more > 0 ? first + "; and " + more + " more" : first;
    }

    @Override
    public Table sessions(String user) {
        Map<String, PacedSession> own = new HashMap<>();
        paced.get().forEach(s -> own.put(s.upstream() + " " + s.session(), s));
        List<List<Optional<String>>> rows = new ArrayList<>();
        for (SessionSnapshot snapshot : sessions.get()) {
            SessionInfo info = snapshot.info();
            if (user.isEmpty() || user.equals(info.user())) {
                Optional<PacedSession> backfill = Optional.ofNullable(own.get(info.upstream() + " " + info.id()));
                rows.add(List.of(
                        Optional.of(Long.toString(info.id())),
                        Optional.of(info.database()),
                        Optional.of(info.user()),
                        Optional.of(info.application()),
                        Optional.of(snapshot.state()),
                        Optional.of(snapshot.transaction().name().toLowerCase(Locale.ROOT)),
                        Optional.of(snapshot.age().toSeconds() + "s"),
                        backfill.flatMap(PacedSession::waiting).map(MigrationTable::words),
                        backfill.filter(s -> s.waiting().isPresent()).map(PacedSession::reason),
                        Optional.of(info.clientAddress()),
                        Optional.of(info.upstream()),
                        Optional.of(Long.toString(info.backendId())),
                        backfill.map(PacedSession::rule),
                        backfill.map(s -> Long.toString(s.rows())),
                        backfill.map(s -> Long.toString(s.bytes())),
                        backfill.map(s -> MigrationTable.words(s.delayed()))));
            }
        }
        return new Table(SESSION_COLUMNS, SESSION_COLUMNS_SHORT, rows);
    }

    @Override
    public Table config() {
        ControlPlane.PolicyState policy = policyState.get();
        List<List<Optional<String>>> rows = new ArrayList<>();
        for (ConfigurationTable.Row row : ConfigurationTable.of(configuration)) {
            rows.add(Table.row(row.key(), row.value()));
            if (row.key().equals("policies")) {
                rows.add(Table.row("policies (held since)", policy.since().toString()));
                policy.refused().ifPresent(why -> rows.add(Table.row("policies (refused since)", why)));
            }
        }
        return Table.of(List.of("key", "value"), rows);
    }

    @Override
    public String version() {
        return Version.number();
    }
}
