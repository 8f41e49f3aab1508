package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.QualifiedName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The one DO block that stands in place of a schema change: it tries the statements under a short lock timeout, each try
 * a subtransaction whose locks are gone before it sleeps, records the expansion, and puts the settings back.
 *
 * <p>It means the same under any search_path, quoting setting, {@code plpgsql.*} setting and role. What is executed is
 * the client's own text, so that positions in errors can be mapped back.
 *
 * @param statements what is run, in order, in one subtransaction
 * @param target the relation that was planned for, as the client's statement names it; the name must still mean it
 * @param targetId its oid; 0: not checked
 * @param watched oids of the relations whose holders are named when patience ends
 * @param lockTimeout how long one try may queue for a lock
 * @param lockRetry the pause between two tries, about
 * @param lockPatience after that the client gets 55P03
 * @param expanded the statement that records the expansion in the ledger; empty when there is nothing to record
 */
public record DoBlock(
        List<String> statements,
        Optional<QualifiedName> target,
        long targetId,
        List<Long> watched,
        Duration lockTimeout,
        Duration lockRetry,
        Duration lockPatience,
        Optional<String> expanded) {

    private static final String NAMELESS = "its lock";

    public DoBlock {
        statements = List.copyOf(statements);
        watched = List.copyOf(watched);
    }

    /** The text to send. */
    public String sql() {
        return "DO LANGUAGE plpgsql " + Pg.dollar(body());
    }

    private String body() {
        return """
                #variable_conflict use_variable
                DECLARE
                  sluice_old pg_catalog.text := pg_catalog.current_setting('lock_timeout');
                  sluice_own pg_catalog.int4 := (SELECT s.setting::pg_catalog.int4 FROM pg_catalog.pg_settings s WHERE s.name = 'lock_timeout');
                  sluice_start pg_catalog.timestamptz := pg_catalog.clock_timestamp();
                  sluice_told pg_catalog.timestamptz := pg_catalog.clock_timestamp();
                  sluice_patience pg_catalog.float8 := %d;
                  sluice_waited pg_catalog.float8;
                  sluice_message pg_catalog.text;
                  sluice_holders pg_catalog.text;
                BEGIN
                  IF sluice_own > 0 AND sluice_own < sluice_patience THEN
                    sluice_patience := sluice_own;
                  END IF;
                  LOOP
                %s    BEGIN
                      PERFORM pg_catalog.set_config('lock_timeout', '%dms', true);
                %s      PERFORM pg_catalog.set_config('lock_timeout', sluice_old, true);
                      EXIT;
                    EXCEPTION WHEN lock_not_available THEN
                      GET STACKED DIAGNOSTICS sluice_message = MESSAGE_TEXT;
                    END;
                    sluice_waited := 1000 * pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - sluice_start);
                    IF sluice_waited >= sluice_patience OR pg_catalog.clock_timestamp() >= sluice_told + interval '5 seconds' THEN
                %s      IF sluice_waited >= sluice_patience THEN
                        RAISE EXCEPTION USING ERRCODE = '55P03', MESSAGE = sluice_message,
                          DETAIL = 'Tried for ' || pg_catalog.round((sluice_waited / 1000)::pg_catalog.numeric, 1) || ' s. ' || sluice_holders,
                          HINT = 'End what holds the lock, or try again later. Nothing has been changed.';
                      END IF;
                      sluice_told := pg_catalog.clock_timestamp();
                      RAISE NOTICE USING MESSAGE = 'sluice: waiting for %s without being in anybody''s way. ' || sluice_holders;
                    END IF;
                    PERFORM pg_catalog.pg_sleep(%s * (0.5 + pg_catalog.mod(pg_catalog.date_part('microseconds', pg_catalog.clock_timestamp())::pg_catalog.int8, 1000) / 1000.0));
                  END LOOP;
                %sEND""".formatted(
                        lockPatience.toMillis(),
                        resolution(),
                        Math.max(1, lockTimeout.toMillis()),
                        executions(),
                        holders(),
                        target.map(t -> "a lock on " + t)
                                .orElse(NAMELESS)
                                .replace("'", "''")
                                .replace("\\", "/"),
                        seconds(lockRetry),
                        expanded.map(e -> "  EXECUTE " + Pg.dollar(e) + ";\n").orElse(""));
    }

    /** A name that has come to mean another table must not get what was planned for this one. */
    private String resolution() {
        if (target.isEmpty() || targetId == 0) {
            return "";
        }
        return "    IF " + Pg.regclass(target.get()) + "::pg_catalog.oid IS DISTINCT FROM '" + targetId
                + "'::pg_catalog.oid THEN\n"
                + "      RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'the table was replaced while the statement was judged',\n"
                + "        HINT = 'Send the statement again.';\n"
                + "    END IF;\n";
    }

    private String executions() {
        StringBuilder text = new StringBuilder();
        for (String statement : statements) {
            text.append("      EXECUTE ").append(Pg.dollar(statement)).append(";\n");
        }
        return text.toString();
    }

    private String holders() {
        if (watched.isEmpty()) {
            return "      sluice_holders := '';\n";
        }
        return """
                      SELECT COALESCE('Held by ' || pg_catalog.string_agg(h.who, '; '), 'Nobody holds it now.') INTO sluice_holders
                        FROM (SELECT pg_catalog.concat('pid ', l.pid, ' (', NULLIF(a.application_name, '') || ', ',
                                       a.state, ' since ', pg_catalog.to_char(CASE WHEN a.state = 'active' THEN a.query_start ELSE a.state_change END, 'HH24:MI:SS'),
                                       '): ', pg_catalog.left(pg_catalog.regexp_replace(a.query, '[[:space:]]+', ' ', 'g'), 120)) AS who
                                FROM (SELECT k.pid FROM pg_catalog.pg_locks k
                                       WHERE k.locktype = 'relation' AND k.granted AND k.pid <> pg_catalog.pg_backend_pid()
                                         AND k.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
                                         AND k.relation = ANY ('{%s}'::pg_catalog.oid[])
                                       GROUP BY k.pid) l
                                LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
                               ORDER BY a.xact_start LIMIT 5) h;
                """.formatted(
                        String.join(",", watched.stream().map(Object::toString).toList()));
    }

    private static String seconds(Duration duration) {
        return java.math.BigDecimal.valueOf(duration.toMillis(), 3).toPlainString();
    }
}
