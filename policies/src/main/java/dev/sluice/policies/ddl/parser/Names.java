package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.sql.Dialect;
import java.util.Set;

/** What can be a name. */
final class Names {
    /** PostgreSQL's reserved words (manual, appendix C). */
    private static final Set<String> POSTGRES_RESERVED = Set.of(
            ("ALL ANALYSE ANALYZE AND ANY ARRAY AS ASC ASYMMETRIC BOTH CASE CAST CHECK COLLATE COLUMN CONSTRAINT CREATE"
                            + " CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER"
                            + " DEFAULT DEFERRABLE DESC DISTINCT DO ELSE END EXCEPT FALSE FETCH FOR FOREIGN FROM GRANT"
                            + " GROUP HAVING IN INITIALLY INTERSECT INTO LATERAL LEADING LIMIT LOCALTIME LOCALTIMESTAMP"
                            + " NOT NULL OFFSET ON ONLY OR ORDER PLACING PRIMARY REFERENCES RETURNING SELECT SESSION_USER"
                            + " SOME SYMMETRIC SYSTEM_USER TABLE THEN TO TRAILING TRUE UNION UNIQUE USER USING VARIADIC"
                            + " WHEN WHERE WINDOW WITH")
                    .split(" "));

    /** Words that may name a function or a type there, and a role, but no column or table. */
    private static final Set<String> POSTGRES_FUNCTION_OR_TYPE = Set.of(
            ("AUTHORIZATION BINARY COLLATION CONCURRENTLY CROSS CURRENT_SCHEMA FREEZE FULL ILIKE INNER IS ISNULL JOIN"
                            + " LEFT LIKE NATURAL NOTNULL OUTER OVERLAPS RIGHT SIMILAR TABLESAMPLE VERBOSE")
                    .split(" "));

    /** Those of MySQL's and MariaDB's reserved words that the grammar could otherwise take for a name. */
    private static final Set<String> MYSQL_RESERVED = Set.of(
            ("ADD ALL ALTER AND AS ASC BEFORE BETWEEN BY CASCADE CASE CHANGE CHARACTER CHECK COLLATE COLUMN CONSTRAINT"
                            + " CONVERT CREATE DEFAULT DESC DISTINCT DROP ELSE EXISTS FOR FORCE FOREIGN FROM FULLTEXT"
                            + " GRANT GROUP HAVING IF IGNORE IN INDEX INTO IS JOIN KEY KEYS LIKE LOCK NOT NULL"
                            + " ON OR ORDER PARTITION PRIMARY REFERENCES RENAME REPLACE RESTRICT REVOKE SELECT SET SPATIAL"
                            + " TABLE THEN TO TRIGGER UNION UNIQUE UPDATE USING VALUES WHEN WHERE WITH")
                    .split(" "));

    private final boolean postgres;

    Names(Dialect dialect) {
        this.postgres = dialect == Dialect.POSTGRES;
    }

    boolean isName(DdlToken token) {
        return isFunctionOrTypeName(token) && !(postgres && POSTGRES_FUNCTION_OR_TYPE.contains(token.word));
    }

    boolean isFunctionOrTypeName(DdlToken token) {
        return isQuoted(token)
                || (!token.word.isEmpty() && !(postgres ? POSTGRES_RESERVED : MYSQL_RESERVED).contains(token.word));
    }

    boolean isLabel(DdlToken token) {
        return isQuoted(token) || !token.word.isEmpty();
    }

    private static boolean isQuoted(DdlToken token) {
        return token.kind == DdlParserImplConstants.QUOTED_IDENTIFIER;
    }
}
