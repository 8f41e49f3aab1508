package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.rule.Finding;
import dev.sluice.policies.rule.Rule;
import dev.sluice.proxy.audit.AuditException;
import dev.sluice.proxy.session.HeldSession.Notice;
import dev.sluice.proxy.session.ServerError;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The gateway's own errors: each names the rule, the reason and the safe way. One list, so that codes stay as they are.
 */
final class Refusals {

    /** ER_SPECIFIC_ACCESS_DENIED_ERROR. */
    private static final int MYSQL_DENIED = 1227;

    /** insufficient_privilege. */
    static final String FORBIDDEN = "42501";

    private static final Pattern ADDED_ALGORITHM =
            Pattern.compile("\\s*, ALGORITHM=(INSTANT|INPLACE, LOCK=NONE)(?=' at line \\d+$)");

    private Refusals() {}

    static ServerError rejected(Decision decision) {
        List<Finding> causes = causes(decision, Action.BLOCK);
        return refusal(
                sqlState(causes),
                "schema change refused by " + rules(causes, decision) + ": " + reason(causes, decision),
                detail(causes, decision),
                safeWay(causes, decision),
                causes);
    }

    static ServerError parked(Decision decision, long request) {
        List<Finding> causes = causes(decision, Action.APPROVE);
        return refusal(
                FORBIDDEN,
                "schema change waits for approval as request " + request + ", by " + rules(causes, decision) + ": "
                        + reason(causes, decision),
                detail(causes, decision),
                "Once an operator other than you has sent ALTER SLUICE MIGRATION " + request
                        + " APPROVE, send the same statement again. " + safeWay(causes, decision),
                causes);
    }

    static ServerError approvalTimedOut(Decision decision, long request) {
        ServerError error = parked(decision, request);
        return new ServerError(
                error.severity(),
                error.sqlState(),
                error.code(),
                "nobody approved in time: " + error.message(),
                error.detail(),
                error.hint(),
                error.position(),
                error.about());
    }

    static ServerError unaudited(AuditException e) {
        return ServerError.of(
                e.sqlState(),
                1021,
                "schema change refused: " + e.getMessage(),
                "A schema change passes only when the audit trail has a record of it. Other statements are not affected.",
                "Make the file writable or make room; then send the statement again.");
    }

    static ServerError directive(String message) {
        return ServerError.of(
                "42601",
                1064,
                message,
                "A comment that begins with \"sluice:\" is an instruction and is never ignored.",
                "Known: backfill=\"expression\", completion=wait|return, ticket=reference; parted by commas.");
    }

    /**
     * MySQL: an error of the syntax does not show the algorithm that the gateway has put behind the statement. Or the
     * algorithm that was asked for is none that the server has for this; what it would do by itself copies.
     */
    static ServerError algorithm(ServerError error) {
        Matcher added = ADDED_ALGORITHM.matcher(error.message());
        if (error.code() == 1064 && added.find()) {
            return ServerError.of(error.sqlState(), error.code(), added.replaceFirst(""), "", "");
        }
        if (error.code() != 1845 && error.code() != 1846) {
            return error;
        }
        return ServerError.of(
                error.sqlState(),
                error.code(),
                "schema change refused by rule mysql-instant-unsupported: " + error.message(),
                "The server would copy or rebuild the table.",
                "Name the algorithm yourself, ALGORITHM=COPY or INPLACE: then it is judged as such.");
    }

    /** A statement that the policy does not want beside a schema change whose lock stops others. */
    static ServerError conduct(Rule rule, HeldLock lock, Optional<String> decidedBy) {
        return ServerError.of(
                FORBIDDEN,
                MYSQL_DENIED,
                "statement refused by rule " + rule.id() + ": " + rule.advice().harm(),
                held(lock),
                rule.advice().safeWay()
                        + decidedBy.map(line -> ". Decided by " + line + ".").orElse(""));
    }

    static String held(HeldLock lock) {
        return "The " + lock.tag() + " before it holds " + lock.lock() + " on " + lock.table()
                + " until the transaction ends.";
    }

    static ServerError needsOwnMessage(String what, String why) {
        return ServerError.of("0A000", 1235, what, why, "Send it in a message of its own.");
    }

    static ServerError needsOwnTransaction(QualifiedName table, long migration) {
        return ServerError.of(
                "55006",
                1235,
                "cannot change " + table + " again in this transaction",
                "Migration " + migration + " of this transaction fills the column once the transaction has committed.",
                "Commit first and send it in a transaction of its own.");
    }

    static ServerError internal(Throwable cause) {
        return ServerError.of(
                "XX000",
                1105,
                "the gateway could not judge the statement: " + cause,
                "What cannot be judged is not let through. This is a fault of the gateway.",
                "The gateway's log has the details.");
    }

    static ServerError explainOption(String what) {
        return ServerError.of(
                "0A000",
                1235,
                "EXPLAIN of a schema change: " + what,
                "The gateway explains schema changes without running anything.",
                "EXPLAIN ALTER TABLE …, or EXPLAIN (FORMAT JSON) ALTER TABLE … for programs.");
    }

    static ServerError failedTransaction() {
        return ServerError.of(
                "25P02",
                0,
                "current transaction is aborted, commands ignored until end of transaction block",
                "",
                "ROLLBACK first.");
    }

    static ServerError completionSetting(String value) {
        return ServerError.of(
                "22023",
                1231,
                "invalid value for parameter \"sluice.completion\": \"" + value + "\"",
                "",
                "Available values: wait, return.");
    }

    /** What a client is told whose statement does nothing yet. */
    static Notice deferred(Judgement judgement) {
        return new Notice(
                "NOTICE",
                "00000",
                judgement.change().commandTag() + " is carried out once the transaction has committed",
                judgement.decision().why(),
                "The COMMIT is answered when it is complete; SHOW SLUICE MIGRATIONS shows it.");
    }

    /** What the advice rules have to say. */
    static List<Notice> warnings(Decision decision) {
        return decision.findings().stream()
                .filter(finding -> finding.action() == Action.WARN)
                .map(finding -> new Notice(
                        "WARNING",
                        "01000",
                        finding.ruleId() + ": " + finding.why(),
                        finding.decidedBy().orElse(""),
                        finding.safeWay()))
                .toList();
    }

    private static ServerError refusal(
            String sqlState, String message, String detail, String hint, List<Finding> causes) {
        ServerError plain = ServerError.of(sqlState, MYSQL_DENIED, message, detail, hint.strip());
        int position = causes.isEmpty() ? 0 : causes.getFirst().where().start() + 1;
        return new ServerError(
                plain.severity(),
                plain.sqlState(),
                plain.code(),
                plain.message(),
                plain.detail(),
                plain.hint(),
                position);
    }

    private static List<Finding> causes(Decision decision, Action action) {
        return decision.findings().stream()
                .filter(finding -> finding.action() == action)
                .toList();
    }

    private static String rules(List<Finding> causes, Decision decision) {
        List<String> ids = causes.isEmpty()
                ? decision.ruleIds()
                : causes.stream().map(Finding::ruleId).distinct().toList();
        return ids.isEmpty() ? "policy" : (ids.size() == 1 ? "rule " : "rules ") + String.join(", ", ids);
    }

    private static String reason(List<Finding> causes, Decision decision) {
        return causes.isEmpty() ? decision.why() : causes.getFirst().why();
    }

    /** What the message does not say yet: further reasons, and the line of the policy that decided. */
    private static String detail(List<Finding> causes, Decision decision) {
        String told = reason(causes, decision);
        Stream<String> reasons = causes.stream()
                .map(Finding::why)
                .filter(why -> !why.equals(told))
                .map(Refusals::sentence);
        Stream<String> lines = causes.stream()
                .map(Finding::decidedBy)
                .flatMap(Optional::stream)
                .map(line -> "Decided by " + line + ".");
        return Stream.concat(reasons, lines).distinct().collect(Collectors.joining(" "));
    }

    private static String safeWay(List<Finding> causes, Decision decision) {
        List<String> ways = causes.stream()
                .map(Finding::safeWay)
                .filter(way -> !way.isEmpty())
                .distinct()
                .toList();
        return ways.isEmpty()
                ? sentence(decision.action())
                : "Safe way: " + ways.stream().collect(Collectors.joining("; ")) + ".";
    }

    private static String sentence(String words) {
        return words.isEmpty() ? "" : Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
    }

    /** The code that the direct statement would fail with, where it would; else that it is not permitted. */
    private static String sqlState(List<Finding> causes) {
        return causes.isEmpty()
                ? "0A000"
                : switch (causes.getFirst().ruleId()) {
                    case "add-column-not-null-no-default" -> "23502";
                    case "conflicting-migration" -> "55006";
                    default -> FORBIDDEN;
                };
    }
}
