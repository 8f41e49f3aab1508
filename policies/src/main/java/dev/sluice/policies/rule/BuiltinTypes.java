package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.TypeName;
import java.util.Locale;
import java.util.Set;

/** The types that come with PostgreSQL or with a widespread extension, and so are no domains. */
final class BuiltinTypes {

    private static final Set<String> SERIAL =
            Set.of("serial", "serial2", "serial4", "serial8", "bigserial", "smallserial");

    private static final Set<String> KNOWN =
            Set.copyOf(java.util.List.of(("smallint integer int int2 int4 int8 bigint real float float4 float8"
                            + " double numeric decimal dec money text varchar character char bpchar national nchar name bytea"
                            + " boolean bool date time timetz timestamp timestamptz interval uuid json jsonb jsonpath xml bit"
                            + " varbit inet cidr macaddr macaddr8 point line lseg box path polygon circle tsvector tsquery oid"
                            + " xid xid8 cid tid regclass regproc regprocedure regtype regrole regnamespace regconfig"
                            + " regdictionary int4range int8range numrange tsrange tstzrange daterange int4multirange"
                            + " int8multirange nummultirange tsmultirange tstzmultirange datemultirange pg_lsn pg_snapshot"
                            + " txid_snapshot citext hstore ltree lquery ltxtquery geometry geography vector halfvec sparsevec"
                            + " cube serial serial2 serial4 serial8 bigserial smallserial")
                    .split(" ")));

    private BuiltinTypes() {}

    static boolean serial(TypeName type) {
        return SERIAL.contains(type.name().toLowerCase(Locale.ROOT));
    }

    static boolean known(TypeName type) {
        String name = type.name();
        String bare = name.startsWith("pg_catalog.") ? name.substring("pg_catalog.".length()) : name;
        int blank = bare.indexOf(' ');
        return KNOWN.contains(blank < 0 ? bare : bare.substring(0, blank));
    }
}
