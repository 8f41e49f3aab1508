package dev.sluice.proxy.catalog;

import dev.sluice.policies.dml.TableWrite;
import dev.sluice.policies.dml.TableWrite.Verb;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.proxy.catalog.TableWriteFacts.Name;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * MySQL and MariaDB: tables, keys, triggers and foreign keys from information_schema. What an expression calls must be one
 * of the server's own functions that look at their arguments alone: batches run under the gateway's role.
 */
final class MySqlTableWrites implements TableWriteReading {

    private static final Set<String> FUNCTIONS =
            Set.of(("abs acos adddate addtime ascii asin atan atan2 bin bin_to_uuid"
                            + " bit_count bit_length cast ceil ceiling char char_length character_length coalesce concat"
                            + " concat_ws conv convert cos cot crc32 date date_add date_format date_sub datediff day dayname"
                            + " dayofmonth dayofweek dayofyear degrees elt exp extract field find_in_set floor format"
                            + " from_base64 from_days from_unixtime greatest hex hour if ifnull inet_aton inet_ntoa inet6_aton"
                            + " inet6_ntoa insert instr interval isnull json_array json_array_append json_array_insert"
                            + " json_contains json_contains_path json_depth json_extract json_insert json_keys json_length"
                            + " json_merge_patch json_merge_preserve json_object json_overlaps json_quote json_remove"
                            + " json_replace json_search json_set json_type json_unquote json_valid last_day lcase least left"
                            + " length ln locate log log10 log2 lower lpad ltrim makedate maketime md5 microsecond mid minute mod"
                            + " month monthname nullif oct octet_length ord period_add period_diff pi position pow power quarter"
                            + " quote radians rand regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse"
                            + " right round rpad rtrim sec_to_time second sha sha1 sha2 sign sin soundex space sqrt str_to_date"
                            + " strcmp subdate substr substring substring_index subtime tan time time_format time_to_sec"
                            + " timediff timestamp timestampadd timestampdiff to_base64 to_days to_seconds trim truncate ucase"
                            + " unhex upper uuid uuid_to_bin week weekday weekofyear weight_string year yearweek")
                    .split(" "));

    /** Settings that decide what an expression comes to, besides those of {@link SessionReadings}. */
    private static final List<String> SETTINGS = List.of(
            "foreign_key_checks", "unique_checks", "div_precision_increment", "lc_time_names", "default_week_format");

    @Override
    public Optional<TableWriteFacts.Size> size(HeldSession session, Name name) throws ServerErrorException {
        return session
                .query("SELECT TABLE_SCHEMA, COALESCE(TABLE_ROWS, -1), COALESCE(DATA_LENGTH + INDEX_LENGTH, -1)"
                        + " FROM information_schema.TABLES WHERE " + isTable("TABLE_SCHEMA", "TABLE_NAME", name))
                .rows()
                .stream()
                .findFirst()
                .map(row -> new TableWriteFacts.Size(row.get(0).orElse(""), number(row.get(1)), number(row.get(2))));
    }

    private static long number(Optional<String> text) {
        return text.map(Long::parseLong).orElse(-1L);
    }

    private static String isTable(String schemaColumn, String tableColumn, Name name) {
        return schemaColumn + " = "
                + name.schema().map(MySqlCatalog::literal).orElse("DATABASE()") + " AND " + tableColumn + " = "
                + MySqlCatalog.literal(name.table());
    }

    @Override
    public TableWriteFacts facts(HeldSession session, TableWrite write, String plan) throws ServerErrorException {
        Name name = new Name(write.schema(), write.table());
        List<String> obstacles = new ArrayList<>();
        List<String> key = new ArrayList<>();
        table(session, name, write, obstacles);
        indexes(session, name, write, key, obstacles);
        foreignKeys(session, name, write, obstacles);
        write.functions().stream()
                .filter(f -> f.schema().isPresent() || !FUNCTIONS.contains(f.name()))
                .forEach(f -> obstacles.add("the function " + f.name() + " may depend on more than the row"));
        Map<String, String> moments = new HashMap<>();
        write.times().forEach(time -> moments.put(time.word(), write.statement().substring(time.start(), time.end())));
        return new TableWriteFacts(
                key,
                false,
                obstacles,
                settings(session),
                moments,
                readings(session).text());
    }

    @Override
    public String plan(HeldSession session, TableWrite write) throws ServerErrorException {
        return session.query("EXPLAIN " + write.statement()).rows().toString();
    }

    private static void table(HeldSession session, Name name, TableWrite write, List<String> obstacles)
            throws ServerErrorException {
        String quoted = SqlText.quoteQualified(Dialect.MYSQL, name.schema(), name.table());
        QueryResult made = session.query("SHOW CREATE TABLE " + quoted);
        String create = made.rows().getFirst().get(1).orElse("").toUpperCase(Locale.ROOT);
        if (!create.startsWith("CREATE TABLE")) {
            obstacles.add(create.startsWith("CREATE TEMPORARY") ? "the table is temporary" : "it is not about a table");
        }
        String engine = session
                .query("SELECT ENGINE FROM information_schema.TABLES WHERE "
                        + isTable("TABLE_SCHEMA", "TABLE_NAME", name))
                .rows()
                .stream()
                .findFirst()
                .flatMap(row -> row.get(0))
                .orElse("");
        if (!engine.equalsIgnoreCase("InnoDB")) {
            obstacles.add("the table's engine is not InnoDB");
        }
        if (!session.query("SELECT 1 FROM information_schema.TRIGGERS WHERE "
                        + isTable("EVENT_OBJECT_SCHEMA", "EVENT_OBJECT_TABLE", name)
                        + " AND EVENT_MANIPULATION LIKE '%" + write.verb() + "%' LIMIT 1")
                .rows()
                .isEmpty()) {
            obstacles.add("triggers fire for it, whose work may depend on the order of the rows");
        }
        if (create.contains("WITH SYSTEM VERSIONING")) {
            obstacles.add("the table is versioned");
        }
        if (write.verb() == Verb.DELETE && write.alias().isPresent()) {
            obstacles.add("a DELETE with an alias");
        }
    }

    private static void indexes(
            HeldSession session, Name name, TableWrite write, List<String> key, List<String> obstacles)
            throws ServerErrorException {
        List<String> unique = new ArrayList<>();
        for (List<Optional<String>> row : session.query("SELECT INDEX_NAME, COLUMN_NAME, SUB_PART"
                        + " FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0 AND "
                        + isTable("TABLE_SCHEMA", "TABLE_NAME", name) + " ORDER BY INDEX_NAME, SEQ_IN_INDEX")
                .rows()) {
            String column = row.get(1).orElse("");
            if (row.get(0).orElse("").equals("PRIMARY")) {
                key.add(column);
                if (row.get(2).isPresent()) {
                    obstacles.add("the primary key is over a part of a column");
                }
            } else {
                unique.add(column.toLowerCase(Locale.ROOT));
            }
        }
        if (key.isEmpty()) {
            obstacles.add("the table has no primary key to walk by");
        }
        if (write.verb() == Verb.UPDATE && unique.contains("")) {
            obstacles.add("the table has a unique index over an expression");
        }
        for (String column : write.assigned()) {
            if (key.stream().anyMatch(column::equalsIgnoreCase)) {
                obstacles.add("it changes the primary key column " + column);
            } else if (unique.contains(column)) {
                obstacles.add("it changes " + column + ", which a unique index is over");
            }
        }
    }

    private static void foreignKeys(HeldSession session, Name name, TableWrite write, List<String> obstacles)
            throws ServerErrorException {
        String mine = isTable("CONSTRAINT_SCHEMA", "TABLE_NAME", name);
        String theirs = isTable("UNIQUE_CONSTRAINT_SCHEMA", "REFERENCED_TABLE_NAME", name);
        String active = " AND DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT')";
        String from = "EXISTS (SELECT 1 FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE ";
        List<Optional<String>> row = session.query("SELECT " + from + mine + " AND " + theirs + "), " + from + mine
                        + active + ") AND " + from + theirs + active + ")")
                .rows()
                .getFirst();
        if (row.get(0).filter("1"::equals).isPresent()) {
            obstacles.add("the table has a foreign key to itself");
        }
        if (write.verb() == Verb.DELETE && row.get(1).filter("1"::equals).isPresent()) {
            obstacles.add("foreign keys with actions lead to the table and from it");
        }
    }

    /** What the migration's connection takes over for all of its work. */
    private static SessionReadings readings(HeldSession session) throws ServerErrorException {
        List<Optional<String>> row = session.query("SELECT @@sql_mode, @@time_zone, @@collation_connection")
                .rows()
                .getFirst();
        return new SessionReadings(
                row.get(0).orElse(""), row.get(1).orElse(""), row.get(2).orElse(""));
    }

    /** The moment is pinned as a setting: columns that note the time of a change go by it too. */
    private static Map<String, String> settings(HeldSession session) throws ServerErrorException {
        StringBuilder sql = new StringBuilder("SELECT UNIX_TIMESTAMP(NOW(6))");
        SETTINGS.forEach(name -> sql.append(", @@").append(name));
        List<Optional<String>> row = session.query(sql.toString()).rows().getFirst();
        Map<String, String> settings = new HashMap<>();
        settings.put("timestamp", row.get(0).orElse(""));
        for (int i = 0; i < SETTINGS.size(); i++) {
            settings.put(SETTINGS.get(i), row.get(i + 1).orElse(""));
        }
        return settings;
    }
}
