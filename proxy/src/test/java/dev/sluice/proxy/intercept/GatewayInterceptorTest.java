package dev.sluice.proxy.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.audit.AuditTrail;
import dev.sluice.proxy.catalog.FactsReader;
import dev.sluice.proxy.catalog.Routines;
import dev.sluice.proxy.intercept.command.GatewayView;
import dev.sluice.proxy.migration.Migration.State;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.TransactionStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayInterceptorTest {

    private static final String VOLATILE = "ALTER TABLE t ADD COLUMN c uuid NOT NULL DEFAULT volatile()";

    @TempDir
    Path folder;

    private final FakeMigrations migrations = new FakeMigrations();
    private final FakePlanning planning = new FakePlanning();
    private final FakeSession session = new FakeSession();
    private AuditLog audit;
    private GatewayInterceptor interceptor;

    @BeforeEach
    void begin() {
        audit = new AuditLog(folder.resolve("trail").resolve("audit.jsonl"), 0, Clock.systemUTC());
        interceptor = interceptor(settings(Duration.ofSeconds(30), Duration.ZERO));
    }

    @AfterEach
    void end() throws IOException {
        audit.close();
    }

    @Test
    void dataStatementsAreForwardedWithoutAQuestion() {
        assertThat(judge("select 1; select 'ALTER TABLE t'")).isEqualTo(new Ruling.Forward());
        assertThat(session.queries).isEmpty();
    }

    @Test
    void aPhasedStatementIsProposedAuditedAndReplaced() throws IOException {
        Ruling.Substitute ruling = (Ruling.Substitute) judge("select 1; " + VOLATILE + "; select 2");

        assertThat(ruling.edits()).singleElement().satisfies(edit -> {
            assertThat(edit.statement()).isEqualTo(1);
            assertThat(edit.start()).isEqualTo(10);
            assertThat(edit.end()).isEqualTo(10 + VOLATILE.length());
            assertThat(edit.tag()).isEqualTo("ALTER TABLE");
            assertThat(edit.sql()).contains("sluice.expanded(1, 'token')");
        });
        assertThat(migrations.proposed)
                .singleElement()
                .satisfies(request -> assertThat(request.statement()).isEqualTo(VOLATILE));
        assertThat(records("attempt")).containsExactly("phase");
    }

    @Test
    void aForwardedSchemaChangeIsAuditedWithItsOutcome() throws IOException {
        Ruling.Substitute ruling = (Ruling.Substitute) judge("CREATE TABLE n (id int)");
        interceptor.answered(session, ruling, Optional.empty());

        assertThat(ruling.edits()).isEmpty();
        assertThat(records("attempt")).containsExactly("forward");
        assertThat(kinds()).containsExactly("attempt", "outcome");
    }

    @Test
    void aRefusedStatementSaysWhyAndIsAudited() throws IOException {
        ServerError error = refused("ALTER TABLE t ADD COLUMN forbidden int");

        assertThat(error.sqlState()).isEqualTo("55006");
        assertThat(error.message()).contains("conflicting-migration").contains("it hurts");
        assertThat(error.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("do it safely"));
        assertThat(error.position()).isEqualTo(1);
        assertThat(kinds()).containsExactly("attempt", "outcome");
    }

    @Test
    void nothingOfAMessagePassesWhenOneOfItsStatementsIsRefused() {
        refused(VOLATILE + "; ALTER TABLE t ADD COLUMN forbidden int");

        assertThat(migrations.discarded).containsExactly(1L);
    }

    @Test
    void aSchemaChangeThatCannotBeAuditedIsRefusedUntilItCan() throws IOException {
        Files.writeString(folder.resolve("trail"), "a file where the folder must be");
        ServerError error = refused(VOLATILE);

        assertThat(error.sqlState()).isEqualTo("58030");
        assertThat(migrations.discarded).containsExactly(1L);
        assertThat(judge("select 1")).isEqualTo(new Ruling.Forward());

        Files.delete(folder.resolve("trail"));
        assertThat(judge(VOLATILE)).isInstanceOf(Ruling.Substitute.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/* sluice: backfil=\"1\" */ ALTER TABLE t ADD COLUMN c int",
                "/* sluice: completion=later */ ALTER TABLE t ADD COLUMN c int",
                "/* sluice: backfill=\"1\" */ ALTER TABLE t ALTER COLUMN c DROP DEFAULT",
                "/* sluice: backfill=\"1\" */ ALTER TABLE t ADD COLUMN c int, ADD COLUMN d int",
                "/* sluice: backfill=\"1\" */ CREATE INDEX i ON t (c)",
            })
    void aDirectiveThatMeansNothingIsRefused(String sql) {
        assertThat(refused(sql).sqlState()).isEqualTo("42601");
    }

    @Test
    void theSessionsSettingDecidesWhetherTheAnswerWaits() {
        session.completion = Optional.of("return");
        assertThat(sent(judge(VOLATILE)).waits()).isFalse();
        assertThat(sent(judge("/* sluice: completion=wait */ " + VOLATILE)).waits())
                .isTrue();
        session.completion = Optional.of("never");
        assertThat(refused(VOLATILE).sqlState()).isEqualTo("22023");
    }

    // --- statements of one message

    @Test
    void aTableCreatedEarlierInTheMessageIsKnownToBeEmpty() {
        judge("CREATE TABLE n (id int); ALTER TABLE n ADD COLUMN c uuid DEFAULT volatile()");

        assertThat(planning.contexts.getLast().createdHere())
                .contains(QualifiedName.of("n"), QualifiedName.of("public", "n"));
        assertThat(migrations.proposed).isEmpty();
    }

    @Test
    void aTableThatExistsIsNotTakenToBeCreatedByIfNotExists() {
        judge("CREATE TABLE IF NOT EXISTS t (id int); " + VOLATILE);

        assertThat(planning.contexts.getLast().createdHere()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select set_config('search_path', 'app', false); ",
                "CREATE TABLE t (id int); ROLLBACK; ",
                "ALTER TABLE t RENAME TO u; ",
            })
    void aNameThatMayMeanSomethingElseByThenNeedsAMessageOfItsOwn(String before) {
        assertThat(refused(before + VOLATILE).sqlState()).isEqualTo("0A000");
    }

    @Test
    void aNameThatAnEarlierStatementMayHaveMadeNeedsAMessageOfItsOwn() {
        assertThat(refused("DROP VIEW v; ALTER TABLE missing ADD COLUMN c uuid DEFAULT volatile()")
                        .sqlState())
                .isEqualTo("0A000");
    }

    @Test
    void aColumnAddedEarlierInTheMessageIsKnown() {
        judge("ALTER TABLE t ADD COLUMN d int DEFAULT 1; ALTER TABLE t ALTER COLUMN d SET DEFAULT 2");

        assertThat(planning.judgedOn.getLast().relation(QualifiedName.of("t")))
                .hasValueSatisfying(table -> assertThat(table.column("d")).isPresent());
    }

    @Test
    void settingsOfTheMessageHoldWhenNamesAreLookedUp() {
        judge("SET search_path = app; " + VOLATILE);

        assertThat(session.queries).contains("BEGIN", "SET search_path = app", "ROLLBACK");
    }

    @Test
    void statementsOfAMessageAreInATransactionTogether() {
        judge("begin; " + VOLATILE + "; commit");

        assertThat(planning.contexts.getLast().inTransaction()).isTrue();
    }

    // --- a second change of the same table

    @Test
    void aDefaultMayBeDroppedWhileTheColumnIsFilled() {
        Ruling.Substitute ruling = (Ruling.Substitute) judge(VOLATILE + "; ALTER TABLE t ALTER COLUMN c DROP DEFAULT");

        assertThat(ruling.edits()).hasSize(2);
        assertThat(migrations.proposed).hasSize(1);
    }

    @Test
    void whatNeedsTheColumnFilledComesBehindTheFirstMigration() {
        judge(VOLATILE + "; ALTER TABLE t ALTER COLUMN c SET NOT NULL");

        assertThat(migrations.proposed).hasSize(2);
        assertThat(migrations
                        .proposed
                        .getLast()
                        .decision()
                        .plan()
                        .phases()
                        .getFirst()
                        .steps())
                .isEmpty();
    }

    @Test
    void aColumnThatIsToBeFilledIsNotRenamedUnderway() {
        judge(VOLATILE);
        session.transaction = TransactionStatus.IN_TRANSACTION;

        assertThat(refused("ALTER TABLE t RENAME COLUMN c TO d").sqlState()).isEqualTo("55006");
    }

    @Test
    void whatTheServerRefusedIsNoLongerInTheWay() {
        Ruling.Substitute first = (Ruling.Substitute) judge(VOLATILE);
        interceptor.answered(session, first, Optional.of(ServerError.of("42701", 0, "column exists", "", "")));

        assertThat(judge("ALTER TABLE t RENAME COLUMN c TO d")).isInstanceOf(Ruling.Substitute.class);
        assertThat(migrations.discarded).containsExactly(1L);
    }

    // --- a connection that is lost

    @Test
    void aCommitThatNobodySawIsFoundInTheLedger() throws IOException {
        Ruling.Substitute ruling = (Ruling.Substitute) judge(VOLATILE);
        migrations.commit(1, State.COMPLETE, "", "");
        interceptor.lost(session, List.of(ruling), true);

        assertThat(records("outcome")).containsExactly("committed");
        assertThat(migrations.discarded).isEmpty();
    }

    @Test
    void whatCouldNotCommitWasRolledBackAndIsNoLongerInTheWay() throws IOException {
        Ruling.Substitute ruling = (Ruling.Substitute) judge(VOLATILE);
        interceptor.lost(session, List.of(ruling), false);

        assertThat(records("outcome")).containsExactly("rolled back");
        assertThat(judge("ALTER TABLE t RENAME COLUMN c TO d")).isInstanceOf(Ruling.Substitute.class);
    }

    // --- failed transactions

    @Test
    void inAFailedTransactionTheServerSpeaks() {
        session.transaction = TransactionStatus.FAILED;

        assertThat(judge(VOLATILE)).isEqualTo(new Ruling.Forward());
        assertThat(refused("SHOW SLUICE MIGRATIONS").sqlState()).isEqualTo("25P02");
        assertThat(refused("ROLLBACK; " + VOLATILE).sqlState()).isEqualTo("0A000");
        assertThat(session.queries).isEmpty();
    }

    // --- approval

    @Test
    void aParkedStatementNamesItsRequestAndPassesOnceWhenApproved() {
        ServerError error = refused("ALTER TABLE t DROP COLUMN a");
        assertThat(error.message()).contains("101").contains("drop-column");

        migrations.approved.addAll(migrations.requests);
        assertThat(judge("ALTER TABLE t DROP COLUMN a")).isInstanceOf(Ruling.Substitute.class);
        assertThat(refused("ALTER TABLE t DROP COLUMN a").message()).contains("waits for approval");
    }

    @Test
    void anApprovalIsForTheExactStatement() {
        refused("ALTER TABLE t DROP COLUMN a");
        migrations.approved.addAll(migrations.requests);

        assertThat(refused("ALTER TABLE t DROP COLUMN b").message()).contains("waits for approval");
    }

    @Test
    void anApprovalThatWasNotUsedAfterAllHolds() {
        refused("ALTER TABLE t DROP COLUMN a");
        migrations.approved.addAll(migrations.requests);
        Ruling.Substitute ruling = (Ruling.Substitute) judge("ALTER TABLE t DROP COLUMN a");
        interceptor.answered(session, ruling, Optional.of(ServerError.of("55P03", 0, "lock timeout", "", "")));

        assertThat(judge("ALTER TABLE t DROP COLUMN a")).isInstanceOf(Ruling.Substitute.class);
    }

    @Test
    void aClientMayWaitForTheApproval() {
        interceptor = interceptor(settings(Duration.ofSeconds(30), Duration.ofMillis(20)));

        assertThat(refused("ALTER TABLE t DROP COLUMN a").message()).startsWith("nobody approved in time");
        assertThat(session.notices).isNotEmpty();
    }

    // --- completion

    @Test
    void aCompleteMigrationIsSuccess() throws IOException {
        assertThat(ended(VOLATILE, State.COMPLETE, "", "")).isEmpty();
        assertThat(records("outcome")).containsExactly("complete");
    }

    @Test
    void aMigrationThatFailsOnDataIsUndoneAndItsErrorIsTheAnswer() {
        Optional<ServerError> error =
                ended(VOLATILE, State.FAILED, "could not create unique index\nKey (u)=(5) is duplicated.", "23505");

        assertThat(error).hasValueSatisfying(e -> {
            assertThat(e.sqlState()).isEqualTo("23505");
            assertThat(e.message()).isEqualTo("could not create unique index");
            assertThat(e.detail())
                    .hasValueSatisfying(detail -> assertThat(detail).startsWith("Key (u)=(5) is duplicated.\n"));
        });
        assertThat(migrations.commands).containsExactly("Cancel[] 1 by anna");
    }

    @Test
    void afterACommitTheErrorSaysHowToGoOn() {
        Optional<ServerError> error =
                ended("begin; " + VOLATILE + "; commit", State.FAILED, "could not create unique index", "23505");

        assertThat(error).hasValueSatisfying(e -> {
            assertThat(e.message()).contains("the transaction is committed").contains("migration 1");
            assertThat(e.hint())
                    .hasValueSatisfying(
                            hint -> assertThat(hint).contains("RETRY").contains("CANCEL"));
        });
        assertThat(migrations.commands).isEmpty();
    }

    @Test
    void aClientThatDoesNotWaitIsToldThatItGoesOn() {
        session.abandoned = true;

        assertThat(ended(VOLATILE, State.RUNNING, "", "")).hasValueSatisfying(e -> {
            assertThat(e.sqlState()).isEqualTo("57014");
            assertThat(e.message()).contains("migration 1 goes on");
        });
    }

    @Test
    void afterTheTimeoutTheAnswerIsSuccessWithAWarning() {
        interceptor = interceptor(settings(Duration.ofMillis(1), Duration.ZERO));

        assertThat(ended(VOLATILE, State.RUNNING, "", "")).isEmpty();
        assertThat(session.notices)
                .last()
                .satisfies(notice -> assertThat(notice.severity()).isEqualTo("WARNING"));
    }

    @Test
    void aRolledBackTransactionLeavesNothingToWaitFor() throws IOException {
        Ruling.Substitute ruling = (Ruling.Substitute) judge(VOLATILE);

        assertThat(interceptor.transactionEnded(session, List.of(ruling))).isEmpty();
        assertThat(records("outcome")).containsExactly("rolled back");
    }

    @Test
    void withReturnTheMigrationIsNamed() {
        session.completion = Optional.of("return");

        assertThat(ended(VOLATILE, State.RUNNING, "", "")).isEmpty();
        assertThat(session.notices)
                .singleElement()
                .satisfies(notice -> assertThat(notice.message()).contains("migration 1 goes on"));
    }

    // --- gateway commands

    @Test
    void oneSeesOnesOwnMigrations() {
        migrations.commit(1, State.RUNNING, "", "");

        assertThat(rows("SHOW SLUICE MIGRATIONS")).hasSize(1);
        session.user = "eve";
        assertThat(rows("SHOW SLUICE MIGRATIONS")).isEmpty();
        assertThat(refused("SHOW SLUICE MIGRATION 1").sqlState()).isEqualTo("42704");
        session.user = "olga";
        assertThat(rows("SHOW SLUICE MIGRATIONS")).hasSize(1);
    }

    @Test
    void onlyOperatorsThrottle() throws IOException {
        migrations.commit(1, State.RUNNING, "", "");

        assertThat(refused("ALTER SLUICE MIGRATION 1 THROTTLE '5 rows/s'").sqlState())
                .isEqualTo("42501");
        session.user = "olga";
        assertThat(rows("ALTER SLUICE MIGRATION 1 THROTTLE '5 rows/s'")).hasSize(1);
        assertThat(records("operation")).containsExactly("refused", "asked", "running");
    }

    @Test
    void aGatewayCommandStandsAlone() {
        assertThat(refused("SHOW SLUICE MIGRATIONS; " + VOLATILE).sqlState()).isEqualTo("0A000");
    }

    @Test
    void explainRunsNothing() {
        Ruling.Answer answer = (Ruling.Answer) judge("EXPLAIN (FORMAT JSON) " + VOLATILE);

        assertThat(answer.columns()).containsExactly("QUERY PLAN");
        assertThat(answer.rows())
                .singleElement()
                .satisfies(row -> assertThat(row.getFirst())
                        .hasValueSatisfying(json -> assertThat(json)
                                .contains("\"verdict\" : \"phase\"")
                                .contains("\"name\" : \"backfill\"")));
        assertThat(migrations.proposed).isEmpty();
        assertThat(rows("EXPLAIN " + VOLATILE)).hasSizeGreaterThan(3);
    }

    private Optional<ServerError> ended(String sql, State state, String reason, String sqlState) {
        Ruling.Substitute ruling = (Ruling.Substitute) judge(sql);
        migrations.commit(1, state, reason, sqlState);
        return interceptor.transactionEnded(session, List.of(ruling));
    }

    private Ruling judge(String sql) {
        return interceptor.judge(session, sql);
    }

    private ServerError refused(String sql) {
        Ruling ruling = judge(sql);
        assertThat(ruling).isInstanceOf(Ruling.Refuse.class);
        return ((Ruling.Refuse) ruling).error();
    }

    private List<List<Optional<String>>> rows(String sql) {
        return ((Ruling.Answer) judge(sql)).rows();
    }

    private static Sent sent(Ruling ruling) {
        return Sent.Memo.of((Ruling.Substitute) ruling).getFirst();
    }

    private List<String> kinds() throws IOException {
        return trail().stream().map(entry -> entry.text("kind")).toList();
    }

    private List<String> records(String kind) throws IOException {
        return trail().stream()
                .filter(entry -> entry.text("kind").equals(kind))
                .map(entry -> kind.equals("attempt") ? entry.text("verdict") : entry.text("result"))
                .toList();
    }

    private List<AuditTrail.Entry> trail() throws IOException {
        return new AuditTrail(audit.path()).last(100, entry -> true);
    }

    private static InterceptorSettings settings(Duration completion, Duration approval) {
        InterceptorSettings d = InterceptorSettings.DEFAULTS;
        return new InterceptorSettings(
                Set.of("olga"), true, completion, d.progressEvery(), d.blockedPatience(), approval, d.lock());
    }

    private GatewayInterceptor interceptor(InterceptorSettings settings) {
        return new GatewayInterceptor(
                planning,
                new GatewayInterceptor.Services(
                        new TableT(), Routines.none(), migrations, migrations, audit, Clock.systemUTC()),
                () -> Policy.DEFAULTS,
                GatewayView.none(),
                settings);
    }

    /** Knows one table: public.t. */
    private static final class TableT implements FactsReader {

        @Override
        public Facts read(HeldSession session, FactsRequest request) {
            Map<QualifiedName, RelationFacts> relations = new HashMap<>();
            for (QualifiedName name : List.of(QualifiedName.of("t"))) {
                relations.put(name, table());
            }
            return new Facts(
                    ServerVersion.postgres(18),
                    false,
                    "anna",
                    Optional.of("public"),
                    relations,
                    Map.of(),
                    Map.of(),
                    Map.of());
        }

        @Override
        public Facts read(Connection connection, FactsRequest request) {
            throw new IllegalStateException("not asked here");
        }

        private static RelationFacts table() {
            return new RelationFacts(
                    QualifiedName.of("public", "t"),
                    42,
                    RelationFacts.Kind.TABLE,
                    false,
                    true,
                    true,
                    1000,
                    8192,
                    List.of(),
                    0,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    "anna",
                    List.of(),
                    Optional.empty(),
                    Map.of(),
                    List.of());
        }
    }
}
