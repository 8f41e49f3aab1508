package dev.sluice.policies.rule;

import dev.sluice.policies.facts.ExpressionFacts;
import dev.sluice.policies.rule.Tokens.Kind;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Set;

/**
 * Whether an expression is evaluated once for a statement or once for each row, judged by the names of its functions. A
 * function that is not known counts as volatile: that costs a phase too many, the opposite costs an outage.
 */
public final class Volatility {

    /** Words that may stand before a parenthesis without being a function. */
    private static final Set<String> SYNTAX = words("""
            array cast as row case when then else and or not in is null between like ilike similar to any some all
            numeric decimal dec varchar character varying char bpchar bit varbit timestamp timestamptz time timetz
            interval float precision second from for position overlay substring trim extract coalesce nullif greatest
            least collate distinct values on current_timestamp current_time localtime localtimestamp xmlelement
            xmlforest xmlconcat xmlparse xmlroot xmlserialize normalize treat grouping json json_object json_array
            json_scalar json_serialize json_value json_query json_exists vector geometry geography
            """);

    /** Functions of PostgreSQL's that are immutable or stable, in every overload. */
    private static final Set<String> POSTGRES_STEADY = words("""
            abs acos acosd age area array_append array_cat array_dims array_fill array_length array_lower array_ndims
            array_position array_positions array_prepend array_remove array_replace array_reverse array_sort
            array_to_json array_to_string array_upper ascii asin asind atan atan2 atand bit_count bit_length box
            broadcast btrim cardinality casefold cbrt ceil ceiling center char_length character_length chr circle
            concat concat_ws convert convert_from convert_to cos cosd cosh cot crc32 crc32c current_database
            current_schema current_schemas current_setting current_user date date_add date_bin date_part
            date_subtract date_trunc datemultirange daterange decode degrees diagonal diameter div encode enum_first
            enum_last enum_range erf erfc exp factorial family float4 float8 floor format format_type gcd
            get_current_ts_config height host hostmask hstore inet_client_addr inet_client_port inet_merge
            inet_same_family inet_server_addr inet_server_port initcap int2 int4 int4multirange int4range int8
            int8multirange int8range isempty isfinite json_array_length json_build_array json_build_object
            json_extract_path json_extract_path_text json_strip_nulls json_typeof jsonb jsonb_array_length
            jsonb_build_array jsonb_build_object jsonb_concat jsonb_extract_path jsonb_extract_path_text jsonb_insert
            jsonb_object jsonb_path_exists jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set
            jsonb_strip_nulls jsonb_typeof justify_days justify_hours justify_interval lcm left length line ln log
            log10 lower lower_inc lower_inf lpad lseg ltrim macaddr8_set7bit make_date make_interval make_time
            make_timestamp make_timestamptz masklen md5 min_scale mod money multirange name netmask network now
            num_nonnulls num_nulls numnode nummultirange numrange obj_description octet_length parse_ident path
            pg_backend_pid pg_client_encoding pg_column_size pg_current_snapshot pg_current_xact_id pg_get_userbyid
            pg_typeof phraseto_tsquery pi plainto_tsquery point polygon popen pow power quote_ident quote_literal
            quote_nullable radians radius range_merge regclass regexp_count regexp_instr regexp_like regexp_match
            regexp_matches regexp_replace regexp_split_to_array regexp_substr repeat replace reverse right round
            row_to_json rpad rtrim scale session_user set_bit set_byte set_masklen setweight sha224 sha256 sha384
            sha512 sign sin sind sinh split_part sqrt starts_with statement_timestamp string_to_array strip strpos
            substr tan tand tanh text textcat timezone to_ascii to_bin to_char to_date to_hex to_json to_jsonb
            to_number to_oct to_regclass to_regproc to_regtype to_timestamp to_tsquery to_tsvector
            transaction_timestamp translate trim_array trim_scale trunc ts_headline ts_rank tsmultirange tsquery
            tsrange tstzmultirange tstzrange tsvector_to_array txid_current txid_current_snapshot unistr upper
            upper_inc upper_inf user uuid_extract_timestamp uuid_extract_version version websearch_to_tsquery width
            width_bucket
            """);

    /** Functions of MySQL's and MariaDB's that give another value for each row. */
    private static final Set<String> MYSQL_VOLATILE = words("""
            uuid uuid_short rand random_bytes sysdate sleep sys_guid uuid_v4 uuid_v7 nextval lastval get_lock
            release_lock connection_id last_insert_id found_rows row_count load_file master_pos_wait benchmark
            """);

    private Volatility() {}

    public static ExpressionFacts of(String expression, Dialect dialect) {
        return of(expression, dialect, Set.of());
    }

    /** @param steady functions that are known not to be volatile, besides the server's own */
    public static ExpressionFacts of(String expression, Dialect dialect, Set<String> steady) {
        List<Token> tokens = Tokens.of(expression, dialect);
        for (int i = 0; i + 1 < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.isName() && tokens.get(i + 1).is("(") && !steady(tokens, i, dialect, steady)) {
                return ExpressionFacts.VOLATILE;
            }
        }
        return dialect == Dialect.MARIADB && tokens.stream().anyMatch(t -> t.is("nextval"))
                ? ExpressionFacts.VOLATILE
                : ExpressionFacts.STABLE;
    }

    private static boolean steady(List<Token> tokens, int i, Dialect dialect, Set<String> known) {
        Token token = tokens.get(i);
        if (dialect.isMySqlFamily()) {
            return !MYSQL_VOLATILE.contains(token.text().toLowerCase(java.util.Locale.ROOT));
        }
        boolean cast = i > 0 && tokens.get(i - 1).is("::");
        boolean ofSchema = i > 1 && tokens.get(i - 1).is(".");
        boolean ofCatalog = ofSchema && tokens.get(i - 2).text().equals("pg_catalog");
        if (ofSchema && !ofCatalog) {
            return known.contains(token.text());
        }
        return cast
                || (token.kind() == Kind.WORD && SYNTAX.contains(token.text()))
                || POSTGRES_STEADY.contains(token.text())
                || known.contains(token.text());
    }

    private static Set<String> words(String text) {
        return Set.copyOf(List.of(text.strip().split("\\s+")));
    }
}
