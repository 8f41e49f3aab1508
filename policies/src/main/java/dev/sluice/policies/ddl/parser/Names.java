package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.sql.Dialect;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** What can be a name, and what a server makes of it. */
final class Names {
    /** PostgreSQL cuts names at NAMEDATALEN - 1 bytes. */
    private static final int POSTGRES_NAME_BYTES = 63;

    /** PostgreSQL's reserved words, and those that may only name functions and types (manual, appendix C). */
    private static final Set<String> POSTGRES_RESERVED = Set.of(
            ("ALL ANALYSE ANALYZE AND ANY ARRAY AS ASC ASYMMETRIC BOTH CASE CAST CHECK COLLATE COLUMN CONSTRAINT CREATE"
                            + " CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER"
                            + " DEFAULT DEFERRABLE DESC DISTINCT DO ELSE END EXCEPT FALSE FETCH FOR FOREIGN FROM GRANT"
                            + " GROUP HAVING IN INITIALLY INTERSECT INTO LATERAL LEADING LIMIT LOCALTIME LOCALTIMESTAMP"
                            + " NOT NULL OFFSET ON ONLY OR ORDER PLACING PRIMARY REFERENCES RETURNING SELECT SESSION_USER"
                            + " SOME SYMMETRIC SYSTEM_USER TABLE THEN TO TRAILING TRUE UNION UNIQUE USER USING VARIADIC"
                            + " WHEN WHERE WINDOW WITH AUTHORIZATION BINARY COLLATION CONCURRENTLY CROSS"
                            + " CURRENT_SCHEMA FREEZE FULL ILIKE INNER IS ISNULL JOIN LEFT LIKE NATURAL NOTNULL OUTER"
                            + " OVERLAPS RIGHT SIMILAR TABLESAMPLE VERBOSE")
                    .split(" "));

    /** Those of MySQL's and MariaDB's reserved words that the grammar could otherwise take for a name. */
    private static final Set<String> MYSQL_RESERVED = Set.of(
            ("ADD ALL ALTER AND AS ASC BEFORE BETWEEN BY CASCADE CASE CHANGE CHARACTER CHECK COLLATE COLUMN CONSTRAINT"
                            + " CONVERT CREATE DEFAULT DESC DISTINCT DROP ELSE EXISTS FOR FORCE FOREIGN FROM FULLTEXT"
                            + " GENERATED GRANT GROUP HAVING IF IGNORE IN INDEX INTO IS JOIN KEY KEYS LIKE LOCK NOT NULL"
                            + " ON OR ORDER PARTITION PRIMARY REFERENCES RENAME REPLACE RESTRICT REVOKE SELECT SET SPATIAL"
                            + " STORED TABLE THEN TO TRIGGER UNION UNIQUE UPDATE USING VALUES VIRTUAL WHEN WHERE WITH")
                    .split(" "));

    private final boolean postgres;

    Names(Dialect dialect) {
        this.postgres = dialect == Dialect.POSTGRES;
    }

    boolean isName(DdlToken token) {
        return isQuoted(token)
                || (!token.word.isEmpty() && !(postgres ? POSTGRES_RESERVED : MYSQL_RESERVED).contains(token.word));
    }

    boolean isLabel(DdlToken token) {
        return isQuoted(token) || !token.word.isEmpty();
    }

    private static boolean isQuoted(DdlToken token) {
        return token.kind == DdlParserImplConstants.QUOTED_IDENTIFIER
                || token.kind == DdlParserImplConstants.UNICODE_QUOTED_IDENTIFIER;
    }

    /** The name as the server keeps it. */
    String decode(DdlToken token) {
        if (!token.word.isEmpty()) {
            return postgres ? cut(lower(token.image)) : token.image;
        }
        char quote = token.image.charAt(0);
        String inner = token.image.substring(1, token.image.length() - 1);
        String name = inner.replace("" + quote + quote, "" + quote);
        return postgres ? cut(name) : name;
    }

    /** {@code U&"d\0061t\+000061"}: the image with its prefix and quotes. */
    String unicode(String image, char escape) {
        String inner = image.substring(3, image.length() - 1).replace("\"\"", "\"");
        return cut(unescape(inner, escape));
    }

    private static String unescape(String inner, char escape) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            if (c != escape) {
                name.append(c);
            } else if (i + 1 < inner.length() && inner.charAt(i + 1) == escape) {
                name.append(c);
                i++;
            } else {
                boolean six = i + 1 < inner.length() && inner.charAt(i + 1) == '+';
                int digits = i + (six ? 2 : 1);
                int length = six ? 6 : 4;
                if (digits + length > inner.length()) {
                    throw new UnreadableTextException("a Unicode escape that is too short", i);
                }
                name.appendCodePoint(codePoint(inner.substring(digits, digits + length), i));
                i = digits + length - 1;
            }
        }
        return name.toString();
    }

    private static int codePoint(String digits, int position) {
        try {
            int point = Integer.parseInt(digits, 16);
            if (Character.isValidCodePoint(point)) {
                return point;
            }
        } catch (NumberFormatException e) {
            // Falls through to the error that says where.
        }
        throw new UnreadableTextException("a Unicode escape that is none", position);
    }

    /** The server folds ASCII letters alone in a multi-byte encoding. */
    private static String lower(String name) {
        StringBuilder folded = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            folded.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return folded.toString();
    }

    private static String cut(String name) {
        if (name.length() * 3 <= POSTGRES_NAME_BYTES) {
            return name;
        }
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= POSTGRES_NAME_BYTES) {
            return name;
        }
        int end = POSTGRES_NAME_BYTES;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
