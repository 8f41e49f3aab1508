package dev.sluice.policies.sql;

import java.util.List;

/** PostgreSQL's own tables: whoever writes those that say what a schema is, changes it. */
final class Catalogs {

    private static final List<String> DEFINING = List.of(
            "class",
            "attribute",
            "attrdef",
            "index",
            "constraint",
            "type",
            "enum",
            "proc",
            "trigger",
            "rewrite",
            "namespace",
            "inherits",
            "partitioned_table",
            "sequence",
            "depend",
            "shdepend",
            "database",
            "tablespace",
            "authid",
            "auth_members",
            "cast",
            "operator",
            "opclass",
            "policy",
            "extension",
            "event_trigger",
            "statistic_ext",
            "description",
            "publication",
            "publication_rel",
            "subscription",
            "foreign_table",
            "foreign_server",
            "language",
            "aggregate",
            "default_acl");

    private Catalogs() {}

    /** Whether a name is that of one of them. */
    static boolean define(byte[] text, int start, int end) {
        if (end - start < 4 || !Chars.startsWith(text, start, end, "pg_")) {
            return false;
        }
        for (String name : DEFINING) {
            if (end - start == name.length() + 3 && Chars.startsWith(text, start + 3, end, name)) {
                return true;
            }
        }
        return false;
    }
}
