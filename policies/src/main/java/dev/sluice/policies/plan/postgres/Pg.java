package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;

/** PostgreSQL's ways of writing names and strings. */
final class Pg {

    private Pg() {}

    /** Always quoted: no list of reserved words to keep, and case and other scripts survive. */
    static String id(String name) {
        return SqlText.quoteIdentifier(Dialect.POSTGRES, name);
    }

    static String id(QualifiedName name) {
        return SqlText.quoteQualified(Dialect.POSTGRES, name.schema(), name.name());
    }

    /** A literal that means the same whatever standard_conforming_strings is. */
    static String literal(String text) {
        return SqlText.quoteLiteral(Dialect.POSTGRES, text);
    }

    /** An expression that yields the relation's oid, or NULL when it is gone. */
    static String regclass(QualifiedName name) {
        return "pg_catalog.to_regclass(" + literal(id(name)) + ")";
    }

    /** What RAISE adds to name the table that the error is about, as the server's own errors do. */
    static String about(QualifiedName table) {
        String schema = table.schema().map(s -> ", SCHEMA = " + literal(s)).orElse("");
        return schema + ", TABLE = " + literal(table.name());
    }

    /** {@code text} between dollar quotes whose tag does not occur in it. */
    static String dollar(String text) {
        String tag = "$sluice$";
        for (int i = 1; text.contains(tag) || text.endsWith("$"); i++) {
            if (!text.contains("$sluice" + i + "$")) {
                tag = "$sluice" + i + "$";
                break;
            }
        }
        return tag + text + tag;
    }
}
