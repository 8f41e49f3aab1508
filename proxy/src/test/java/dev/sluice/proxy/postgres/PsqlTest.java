package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.testing.Forwarding;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.TestPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a person with psql sees, where psql is installed: the same as on the server itself. */
class PsqlTest {
    private static TestGateway gateway;

    /** Replaces every ALTER TABLE that is a message of its own by a block that runs it. */
    private static final class Wrapping extends Forwarding {
        @Override
        public Ruling judge(HeldSession session, String sql) {
            if (sql.contains("SLUICE")) {
                return new Ruling.Answer(List.of("n"), List.of(List.of(Optional.of("42"))), "SHOW");
            }
            if (!sql.startsWith("ALTER")) {
                return new Ruling.Forward();
            }
            int end = sql.endsWith(";") ? sql.length() - 1 : sql.length();
            String block = "DO $sluice$ BEGIN " + sql.substring(0, end) + "; END $sluice$";
            return new Ruling.Substitute(List.of(new Ruling.Edit(0, 0, end, block, "ALTER TABLE")), "");
        }
    }

    @BeforeAll
    static void start() {
        gateway = new TestGateway(new Wrapping());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String psql(int port, String database, String script) throws IOException, InterruptedException {
        Path output = Files.createTempFile("psql", ".out");
        try {
            Process process = new ProcessBuilder(
                            "psql",
                            "-X",
                            "-q",
                            "-a",
                            "-h",
                            "127.0.0.1",
                            "-p",
                            Integer.toString(port),
                            "-U",
                            "postgres",
                            "-v",
                            "VERBOSITY=verbose",
                            "-v",
                            "SHOW_CONTEXT=always",
                            database)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            assertThat(process.waitFor(Patience.SECONDS, TimeUnit.SECONDS)).isTrue();
            return Files.readString(output);
        } finally {
            Files.delete(output);
        }
    }

    private static boolean isInstalled() {
        try {
            return new ProcessBuilder("psql", "--version").start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    @Test
    void aScriptPrintsTheSame() throws Exception {
        assumeThat(isInstalled()).isTrue();
        String script = """
                CREATE TABLE things (a int);
                ALTER TABLE things ADD b int;
                ALTER TABLE things ADD b int;
                ALTER TABLE IF EXISTS nothings ADD b int;
                ALTER TABLE things ADD COLUMN IF NOT EXISTS b int;
                ALTER TABLE things ADD c no_such_type;
                BEGIN;
                ALTER TABLE things ADD c int DEFAULT 'x'::int;
                SELECT 1;
                ROLLBACK;
                BEGIN \\; SELECT 1 \\; COMMIT;
                \\copy things from stdin
                1	2
                \\.
                SELECT * FROM things;
                SELECT 1 AS x \\gdesc
                \\d things
                DO $$ BEGIN RAISE NOTICE 'hello'; END $$;
                """;
        String direct = psql(TestPostgres.port(), TestPostgres.newDatabase(), script);
        assertThat(psql(gateway.port(), gateway.database, script)).isEqualTo(direct);
    }

    @Test
    void aGatewayCommandIsATable() throws Exception {
        assumeThat(isInstalled()).isTrue();
        assertThat(psql(gateway.port(), gateway.database, "SHOW SLUICE MIGRATIONS;\nSHOW SLUICE MIGRATIONS \\gdesc\n"))
                .contains("42", "(1 row)", "n      | text");
    }
}
