package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * MySQL's PREPARE and EXECUTE in SQL. A PREPARE from a variable is judged with what the variable holds, and an EXECUTE of
 * what the session has prepared in plain sight as the statement that it runs. What was prepared out of sight, in a
 * routine, stays opaque. Thread-safe; blocks.
 */
final class PreparedInSql {

    private static final int STATEMENTS = 256;

    private final Interceptor judging;
    private final RecentSessions<Map<String, Prepared>> bySession = new RecentSessions<>(HashMap::new);

    /**
     * @param database the one in which it was prepared
     * @param rules by which the server has read it
     */
    private record Prepared(String sql, String database, LexicalRules rules) {}

    PreparedInSql(Interceptor judging) {
        this.judging = judging;
    }

    /** @param sql one statement that is to be judged, with what else its message may hold before it */
    Ruling judge(HeldSession session, String sql) {
        LexicalRules rules = session.info().lexicalRules();
        try {
            return switch (PreparationForm.of(sql, rules)) {
                case PreparationForm.Prepare prepare -> prepare(session, sql, prepare);
                case PreparationForm.Execute execute -> execute(session, sql, execute.name());
                case PreparationForm.Other other -> {
                    if (isOpaque(sql, rules)) {
                        bySession.forget(session.info().id());
                    }
                    yield judging.judge(session, sql);
                }
            };
        } catch (ServerErrorException e) {
            return new Ruling.Refuse(e.error());
        }
    }

    private static boolean isOpaque(String sql, LexicalRules rules) {
        return Splitter.splitWithoutDirectives(sql, rules).stream()
                .anyMatch(statement -> statement.kind() == StatementText.Kind.OPAQUE);
    }

    private Ruling prepare(HeldSession session, String sql, PreparationForm.Prepare prepare)
            throws ServerErrorException {
        long id = session.info().id();
        remember(id, prepare.name(), Optional.empty());
        Optional<String> said = prepare.variable() ? valueOf(session, prepare.source()) : Optional.of(prepare.source());
        if (said.isEmpty()) {
            return judging.judge(session, sql);
        }
        LexicalRules rules = session.info().lexicalRules();
        Ruling ruling = judging.judge(
                session,
                prepare.variable()
                        ? "PREPARE " + SqlText.quoteIdentifier(rules.dialect(), prepare.name()) + " FROM "
                                + SqlText.quoteLiteral(rules, said.get())
                        : sql);
        boolean passes = ruling instanceof Ruling.Forward
                || (ruling instanceof Ruling.Substitute substitute
                        && substitute.edits().isEmpty());
        if (passes) {
            remember(
                    id,
                    prepare.name(),
                    Optional.of(new Prepared(said.get(), session.info().database(), rules)));
        }
        return ruling;
    }

    private Ruling execute(HeldSession session, String sql, String name) throws ServerErrorException {
        Optional<Prepared> prepared = find(session.info().id(), name);
        if (prepared.isEmpty() || !prepared.get().rules().equals(session.info().lexicalRules())) {
            return judging.judge(session, sql);
        }
        return WherePrepared.judge(
                session, prepared.get().database(), prepared.get().sql(), judging);
    }

    private Optional<Prepared> find(long session, String name) {
        Map<String, Prepared> statements = bySession.of(session);
        synchronized (statements) {
            return Optional.ofNullable(statements.get(name));
        }
    }

    private void remember(long session, String name, Optional<Prepared> prepared) {
        Map<String, Prepared> statements = bySession.of(session);
        synchronized (statements) {
            statements.remove(name);
            prepared.filter(p -> statements.size() < STATEMENTS).ifPresent(p -> statements.put(name, p));
        }
    }

    /**
     * What the server is going to read from a variable; empty where it is not certain. Plain characters are the same in
     * any character set, others only while all sets are UTF-8.
     */
    private static Optional<String> valueOf(HeldSession session, String variable) throws ServerErrorException {
        List<Optional<String>> row = session.query("SELECT CONVERT(" + variable + " USING utf8mb4), CHARSET(" + variable
                        + "), @@character_set_client, @@character_set_connection")
                .rows()
                .getFirst();
        boolean unicode = row.stream().skip(1).allMatch(set -> set.orElse("").startsWith("utf8"));
        return row.getFirst()
                .filter(text -> text.indexOf('\0') < 0)
                .filter(text -> unicode || text.chars().allMatch(c -> c < 0x80));
    }
}
