package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.policies.sql.WriteShape;
import dev.sluice.policies.sql.WriteText;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditException;
import dev.sluice.proxy.catalog.TableWriteFacts;
import dev.sluice.proxy.catalog.TableWriteReading;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.HeldSession.Notice;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.SessionInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The rule {@code unbounded-dml} at the gateway: an UPDATE or DELETE of a whole table is let through, warned of, refused,
 * or carried out in batches, as the policy says for that table, its size and whoever sends it. Thread-safe; blocks.
 */
final class UnboundedWrites {

    static final String RULE = "unbounded-dml";

    private static final String HINT = "Write it in batches by the primary key, each in a transaction of its own.";

    private final Supplier<Policy> policy;
    private final StatementTrail trail;
    private final TableWriteReading postgres = TableWriteReading.of(false);
    private final TableWriteReading mySql = TableWriteReading.of(true);

    UnboundedWrites(Supplier<Policy> policy, StatementTrail trail) {
        this.policy = policy;
        this.trail = trail;
    }

    /** Whether a policy has anything to say of such statements, and one of these is one. */
    boolean concern(String sql, List<StatementText> statements, SessionInfo info) {
        return policy.get().restricts(RULE) && statements.stream().anyMatch(s -> isUnbounded(sql, s, info));
    }

    private static boolean isUnbounded(String sql, StatementText statement, SessionInfo info) {
        return statement.kind() == StatementText.Kind.DATA
                && read(statement.in(sql), info).shapes().contains(WriteShape.UNBOUNDED);
    }

    private static WriteText read(String statement, SessionInfo info) {
        byte[] bytes = statement.getBytes(StandardCharsets.UTF_8);
        return WriteText.read(bytes, bytes.length, info.lexicalRules());
    }

    /** One that is to be carried out in batches. */
    record Batched(
            StatementText statement,
            String text,
            QualifiedName table,
            long rows,
            Policy.Setting setting,
            String auditId) {}

    /**
     * Judges the statements of a message that write a table as a whole.
     *
     * @return the one that is to be carried out in batches; empty when the message may be sent
     * @throws RefusedException with what the client is told
     */
    Optional<Batched> judge(HeldMessage message) throws ServerErrorException, RefusedException, AuditException {
        for (StatementText statement : message.statements()) {
            if (!isUnbounded(message.sql(), statement, message.info())) {
                continue;
            }
            Optional<Batched> batched = one(message.session(), statement, statement.in(message.sql()), message.who());
            if (batched.isPresent() && !message.isAlone()) {
                throw refused(
                        batched.get(),
                        message.who(),
                        "it stands in a transaction or beside other statements",
                        "Send it by itself, outside a transaction.");
            }
            if (batched.isPresent()) {
                return batched;
            }
        }
        return Optional.empty();
    }

    private Optional<Batched> one(HeldSession session, StatementText statement, String text, AuditEvent.Who who)
            throws ServerErrorException, RefusedException, AuditException {
        WriteText written = read(text, session.info());
        Optional<TableWriteFacts.Size> size = written.table().isEmpty()
                ? Optional.empty()
                : reading(session)
                        .size(
                                session,
                                new TableWriteFacts.Name(
                                        written.schema(), written.table().get()));
        Optional<QualifiedName> table =
                size.map(s -> QualifiedName.of(s.schema(), written.table().orElse("")));
        Optional<Policy.Setting> setting = policy.get().setting(RULE, context(session.info(), who, table, size));
        Action action = setting.map(Policy.Setting::action).orElse(Action.ALLOW);
        Batched found = new Batched(
                statement,
                text,
                table.orElse(QualifiedName.of(written.table().orElse("?"))),
                size.map(TableWriteFacts.Size::rows).orElse(-1L),
                setting.orElse(new Policy.Setting(Action.ALLOW, "")),
                trail.newId());
        return switch (action) {
            case ALLOW, GUARD -> Optional.empty();
            case WARN -> {
                warn(session, found, who);
                yield Optional.empty();
            }
            case REWRITE -> Optional.of(found);
            case APPROVE ->
                throw refused(found, who, "the policy wants an approval, which only schema changes can have", HINT);
            case BLOCK -> throw refused(found, who, "a whole table is written in one transaction", HINT);
        };
    }

    TableWriteReading reading(HeldSession session) {
        return session.info().lexicalRules().dialect().isMySqlFamily() ? mySql : postgres;
    }

    private PolicyContext context(
            SessionInfo info, AuditEvent.Who who, Optional<QualifiedName> table, Optional<TableWriteFacts.Size> size) {
        return info.policyContext(who.role(), trail.now())
                .about(table)
                .sized(
                        size.map(TableWriteFacts.Size::rows).orElse(-1L),
                        size.map(TableWriteFacts.Size::bytes).orElse(-1L));
    }

    private void warn(HeldSession session, Batched found, AuditEvent.Who who) throws AuditException {
        trail.append(List.of(attempt(found, who, "forward", "It is sent as it is.", List.of(), Optional.empty())));
        session.notice(new Notice(
                "WARNING",
                "01000",
                RULE + ": a whole table is written in one transaction" + rows(found),
                found.setting().decidedBy(),
                HINT));
    }

    private static String rows(Batched found) {
        return found.rows() < 0 ? "" : ", about " + found.rows() + " rows of " + found.table();
    }

    /** What is written down of a statement before anything becomes of it. */
    AuditEvent.Attempt attempt(
            Batched found,
            AuditEvent.Who who,
            String verdict,
            String action,
            List<String> sent,
            Optional<Long> migration) {
        return new AuditEvent.Attempt(
                found.auditId(),
                who,
                found.text(),
                sent,
                verdict,
                List.of(RULE),
                action,
                "It writes a table as a whole" + rows(found) + ".",
                found.statement().directives().ticket(),
                migration);
    }

    /** The refusal, which is on record by then. */
    RefusedException refused(Batched found, AuditEvent.Who who, String why, String hint) {
        ServerError error = ServerError.of(
                "42501",
                1148,
                "statement refused by rule " + RULE + ": " + why,
                "It writes a table as a whole" + rows(found) + ".",
                hint
                        + (found.setting().decidedBy().isEmpty()
                                ? ""
                                : " Decided by " + found.setting().decidedBy() + "."));
        trail.keep(attempt(found, who, "reject", "It is not sent.", List.of(), Optional.empty()));
        trail.outcome(found.auditId(), who, "refused", error);
        return new RefusedException(error);
    }
}
