package dev.sluice.proxy.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.proxy.ledger.PlanJson;
import dev.sluice.proxy.testing.TestPostgres;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanEquivalenceTest {

    private static final List<String> FIXTURE = List.of(
            "CREATE SCHEMA sluice",
            "CREATE SCHEMA app",
            "CREATE SCHEMA \"Sales Dept\"",
            "CREATE DOMAIN plain_text AS text",
            "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
            "CREATE DOMAIN steady AS integer DEFAULT 7",
            "CREATE DOMAIN drawn AS double precision DEFAULT random()",
            "CREATE FUNCTION volatile_one() RETURNS integer LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END'",
            "CREATE FUNCTION stable_one() RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1'",
            "CREATE SEQUENCE ticket_seq",
            "CREATE TABLE customers (id bigint PRIMARY KEY, email text)",
            "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, note text, code varchar(50), qty integer"
                    + " NOT NULL DEFAULT 1, uid uuid NOT NULL DEFAULT gen_random_uuid(), cnt integer, p positive)",
            "CREATE UNIQUE INDEX uq_orders_uid ON orders (uid)",
            "CREATE INDEX idx_orders_note ON orders (note)",
            "ALTER TABLE orders ADD CONSTRAINT qty_nn CHECK (cnt IS NOT NULL)",
            "CREATE TABLE ledger_nopk (a integer, b text)",
            "CREATE UNIQUE INDEX uq_nopk ON ledger_nopk (a)",
            "CREATE TABLE checked (a integer CHECK (a IS NOT NULL), b text)",
            "CREATE TABLE app.events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at)",
            "CREATE TABLE app.events_2025 PARTITION OF app.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
            "CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
                    + " PARTITION BY RANGE (at)",
            "CREATE TABLE app.events_2026h1 PARTITION OF app.events_2026 FOR VALUES FROM ('2026-01-01') TO ('2026-07-01')",
            "CREATE TABLE app.events_2027 (id bigint NOT NULL, at date NOT NULL, kind text)",
            "CREATE TABLE \"Sales Dept\".\"Order Items\" (id bigint PRIMARY KEY, \"Unit Price\" numeric)",
            "CREATE TABLE \"таблица\" (id bigint PRIMARY KEY)",
            "CREATE TABLE parent (id bigint PRIMARY KEY, v text)",
            "CREATE TABLE child (extra text) INHERITS (parent)",
            "CREATE MATERIALIZED VIEW totals AS SELECT 1 AS id",
            "CREATE UNIQUE INDEX uq_totals ON totals (id)",
            "INSERT INTO customers SELECT g, 'c' || g FROM generate_series(1, 50) g",
            "INSERT INTO orders (id, customer_id, note, code, cnt) SELECT g, 1 + g % 50, 'n' || g, 'c' || g, g FROM"
                    + " generate_series(1, 200) g",
            "INSERT INTO ledger_nopk SELECT g, 'b' FROM generate_series(1, 50) g",
            "INSERT INTO app.events SELECT g, '2025-06-01', 'k' FROM generate_series(1, 50) g",
            "INSERT INTO app.events SELECT g, '2026-06-01', 'k' FROM generate_series(1, 50) g",
            "INSERT INTO app.events_2027 SELECT g, '2027-06-01', 'k' FROM generate_series(1, 50) g",
            "INSERT INTO \"Sales Dept\".\"Order Items\" SELECT g, g FROM generate_series(1, 50) g",
            "INSERT INTO \"таблица\" SELECT g FROM generate_series(1, 50) g",
            "INSERT INTO parent SELECT g, 'p' FROM generate_series(1, 20) g",
            "INSERT INTO child SELECT 100 + g, 'p', 'e' FROM generate_series(1, 20) g",
            "ANALYZE");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()",
                "ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid()",
                "ALTER TABLE orders ADD IF NOT EXISTS n integer CONSTRAINT given NOT NULL DEFAULT volatile_one()",
                "ALTER TABLE orders ADD a integer DEFAULT 1, ADD COLUMN b uuid DEFAULT gen_random_uuid(), ADD c text",
                "ALTER TABLE ledger_nopk ADD COLUMN trace uuid DEFAULT gen_random_uuid() NOT NULL",
                "ALTER TABLE orders ADD COLUMN d drawn, ADD COLUMN s steady NOT NULL",
                "ALTER TABLE app.events ADD COLUMN d drawn NOT NULL CHECK (d < 2)",
                "ALTER TABLE orders ADD COLUMN s steady CHECK (s < 8), ADD COLUMN n drawn DEFAULT NULL",
                "ALTER TABLE orders ADD COLUMN seq_no bigserial NOT NULL",
                "ALTER TABLE orders ADD COLUMN seq_no serial UNIQUE",
                "ALTER TABLE orders ADD COLUMN seq_no smallserial",
                "ALTER TABLE orders ADD COLUMN seq_no bigint GENERATED ALWAYS AS IDENTITY",
                "ALTER TABLE orders ADD COLUMN seq_no integer GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME my_seq"
                        + " START WITH 100 INCREMENT BY -1 MAXVALUE 1000)",
                "ALTER TABLE ledger_nopk ADD COLUMN id bigserial PRIMARY KEY",
                "ALTER TABLE ledger_nopk ADD COLUMN id uuid DEFAULT gen_random_uuid() CONSTRAINT nopk_key PRIMARY KEY",
                "ALTER TABLE orders ADD COLUMN external_ref text UNIQUE",
                "ALTER TABLE orders ADD COLUMN external_ref uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE",
                "ALTER TABLE orders ADD COLUMN r uuid DEFAULT gen_random_uuid() CONSTRAINT r_u UNIQUE WITH"
                        + " (fillfactor=70) DEFERRABLE INITIALLY DEFERRED",
                "ALTER TABLE orders ADD COLUMN score integer DEFAULT 10 CONSTRAINT score_ok CHECK (score > 0)",
                "ALTER TABLE orders ADD COLUMN score integer DEFAULT 10 CHECK (score > 0) CHECK (qty > score - 100)",
                "ALTER TABLE orders ADD COLUMN n int DEFAULT volatile_one() CHECK (n IS NOT NULL)",
                "ALTER TABLE orders ADD COLUMN sku text UNIQUE CHECK (length(sku) > 2)",
                "ALTER TABLE orders ADD COLUMN c2 bigint DEFAULT 1 REFERENCES customers (id) ON DELETE CASCADE"
                        + " DEFERRABLE",
                "ALTER TABLE orders ADD COLUMN c2 bigint NOT NULL DEFAULT volatile_one() REFERENCES customers",
                "ALTER TABLE orders ADD COLUMN c3 integer DEFAULT 3 CONSTRAINT cx CHECK (c3 > 0) NO INHERIT",
                "ALTER TABLE orders ADD COLUMN t plain_text COLLATE \"C\" DEFAULT md5(random()::text)",
                "ALTER TABLE orders ADD COLUMN tt text STORAGE EXTERNAL COMPRESSION pglz COLLATE \"C\" DEFAULT"
                        + " timeofday() NOT NULL",
                "ALTER TABLE orders ADD COLUMN arr uuid[] DEFAULT ARRAY[gen_random_uuid()] NOT NULL",
                "ALTER TABLE orders ADD COLUMN v int GENERATED ALWAYS AS (qty * 2) VIRTUAL CHECK (v > 0)",
                "ALTER TABLE orders ADD COLUMN v int GENERATED ALWAYS AS (qty * 2) VIRTUAL NOT NULL",
                "ALTER TABLE \"Sales Dept\".\"Order Items\" ADD COLUMN \"Line №\" serial NOT NULL",
                "ALTER TABLE таблица ADD COLUMN \"a\"\"b\" uuid UNIQUE DEFAULT gen_random_uuid() NOT NULL",
                "ALTER TABLE app.events ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()",
                "ALTER TABLE app.events ADD COLUMN n bigserial",
                "ALTER TABLE app.events ADD COLUMN n bigint GENERATED BY DEFAULT AS IDENTITY",
                "ALTER TABLE app.events ADD COLUMN score int DEFAULT 1 CHECK (score > 0)",
                "ALTER TABLE parent ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()",
                "ALTER TABLE parent ADD COLUMN score int DEFAULT 10 CHECK (score > 0)",
                "ALTER TABLE ONLY orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()",
                "ALTER TABLE orders ALTER COLUMN note SET NOT NULL, ALTER COLUMN code SET NOT NULL",
                "ALTER TABLE orders ALTER note SET NOT NULL, ALTER cnt SET NOT NULL, ALTER code SET DEFAULT 'x'",
                "ALTER TABLE orders ADD CONSTRAINT nn NOT NULL note",
                "ALTER TABLE orders ADD CHECK (char_length(code) <= 50)",
                "ALTER TABLE orders ADD CHECK (qty > 0), ADD CHECK (qty > -1), ADD CHECK (length(note) > qty - 5)",
                "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers ON DELETE CASCADE",
                "ALTER TABLE orders ADD CONSTRAINT \"FK_5a3\" FOREIGN KEY (customer_id) REFERENCES customers(id)",
                "ALTER TABLE app.events ADD FOREIGN KEY (id) REFERENCES customers (id)",
                "ALTER TABLE orders ADD CONSTRAINT uq_note UNIQUE (note)",
                "ALTER TABLE orders ADD UNIQUE NULLS NOT DISTINCT (note, code) INCLUDE (qty)",
                "ALTER TABLE ledger_nopk ADD PRIMARY KEY (a)",
                "ALTER TABLE ledger_nopk ADD CONSTRAINT pk_it PRIMARY KEY USING INDEX uq_nopk",
                "ALTER TABLE checked ADD PRIMARY KEY (a)",
                "ALTER TABLE app.events ADD UNIQUE (id, at)",
                "CREATE INDEX ON orders (note) WHERE qty > 0",
                "CREATE INDEX ON orders (lower(note), (qty + 1), note DESC)",
                "CREATE UNIQUE INDEX IF NOT EXISTS u1 ON public.orders USING btree (code DESC NULLS LAST) INCLUDE (qty)",
                "CREATE INDEX idx_kind ON app.events (kind)",
                "CREATE INDEX ON app.events (kind, at)",
                "CREATE UNIQUE INDEX ON app.events (id, at)",
                "DROP INDEX idx_orders_note",
                "DROP INDEX IF EXISTS public.idx_orders_note, nowhere.at_all, missing, uq_orders_uid",
                "REINDEX TABLE orders",
                "REINDEX (VERBOSE) INDEX idx_orders_note",
                "ALTER DOMAIN positive ADD CHECK (VALUE < 1000000)",
                "ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 1000000)",
                "ALTER TABLE app.events ATTACH PARTITION app.events_2027 FOR VALUES FROM ('2027-01-01') TO"
                        + " ('2028-01-01')",
                "ALTER TABLE app.events ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid(), ADD UNIQUE (ref, at)",
                "ALTER TABLE app.events ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid(), ADD PRIMARY KEY (ref, at)",
                "ALTER TABLE app.events ADD FOREIGN KEY (id) REFERENCES customers",
                "ALTER TABLE app.events ADD COLUMN c bigint DEFAULT 7 REFERENCES customers ON DELETE CASCADE",
                "ALTER TABLE app.events DETACH PARTITION app.events_2025",
                "REFRESH MATERIALIZED VIEW totals"
            })
    void aPlanEndsWhereTheStatementWouldHave(String sql) throws SQLException {
        String direct = TestServer.newest().newDatabaseAfter(FIXTURE);
        String phased = TestServer.newest().newDatabaseAfter(FIXTURE);
        try (Connection one = TestPostgres.connect(direct);
                Connection other = TestPostgres.connect(phased);
                Statement statement = one.createStatement()) {
            PlanRunner runner = new PlanRunner(other);
            Decision decision = runner.judge(sql);
            assertThat(decision.verdict()).isIn(Verdict.PHASE, Verdict.REWRITE);
            runner.run(sql, decision);
            statement.execute(sql);
            assertThat(CatalogPicture.of(other)).isEqualTo(CatalogPicture.of(one));
        } finally {
            TestPostgres.execute("postgres", "DROP DATABASE " + direct, "DROP DATABASE " + phased);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE orders ADD a integer DEFAULT 1, ADD COLUMN b uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE",
                "ALTER TABLE orders ADD COLUMN seq_no bigserial NOT NULL, ALTER COLUMN qty SET DEFAULT 7",
                "ALTER TABLE orders ADD COLUMN seq_no bigint GENERATED ALWAYS AS IDENTITY",
                "ALTER TABLE orders ADD COLUMN total int NOT NULL /* sluice: backfill=\"orders.qty * 2\" */",
                "ALTER TABLE orders ALTER COLUMN note SET NOT NULL, ADD CHECK (qty > 0)",
                "ALTER TABLE orders ADD CONSTRAINT uq_note UNIQUE (note)",
                "ALTER TABLE checked ADD PRIMARY KEY (a)",
                "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers",
                "ALTER TABLE app.events ADD UNIQUE (id, at)",
                "CREATE INDEX ON app.events (kind)",
                "CREATE INDEX ON orders (note)",
                "ALTER DOMAIN positive ADD CHECK (VALUE < 1000000)"
            })
    void takingAPlanBackLeavesNothing(String sql) throws SQLException {
        String database = TestServer.newest().newDatabaseAfter(FIXTURE);
        try (Connection connection = TestPostgres.connect(database)) {
            String before = CatalogPicture.of(connection);
            PlanRunner runner = new PlanRunner(connection);
            Decision decision = runner.judge(sql);
            runner.expand(PlanJson.numbered(decision.plan(), 7));
            runner.undo(decision.plan());
            assertThat(CatalogPicture.of(connection)).isEqualTo(before);
        } finally {
            TestPostgres.execute("postgres", "DROP DATABASE " + database);
        }
    }

    @Test
    void aDirectiveFillsOldRowsAndThoseThatOldCodeStillWrites() throws SQLException {
        String database = TestServer.newest().newDatabaseAfter(FIXTURE);
        String sql = "ALTER TABLE orders ADD COLUMN total int NOT NULL /* sluice: backfill=\"orders.qty * 2 + cnt\" */";
        try (Connection connection = TestPostgres.connect(database);
                Statement statement = connection.createStatement()) {
            PlanRunner runner = new PlanRunner(connection);
            Decision decision = runner.judge(sql);
            runner.run(sql, decision, "INSERT INTO orders (id, cnt) VALUES (1000, 5)");
            try (ResultSet rows =
                    statement.executeQuery("SELECT count(*) FROM orders WHERE total IS DISTINCT FROM qty * 2 + cnt")) {
                rows.next();
                assertThat(rows.getInt(1)).isZero();
            }
        } finally {
            TestPostgres.execute("postgres", "DROP DATABASE " + database);
        }
    }
}
