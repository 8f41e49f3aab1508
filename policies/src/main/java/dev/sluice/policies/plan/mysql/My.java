package dev.sluice.policies.plan.mysql;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.util.regex.Pattern;

/** MySQL's ways of writing names and strings, and questions to its catalog. */
final class My {

    private static final Pattern ADD = Pattern.compile("(?i)add\\b");

    private My() {}

    static String id(String name) {
        return SqlText.quoteIdentifier(Dialect.MYSQL, name);
    }

    static String id(QualifiedName name) {
        return SqlText.quoteQualified(Dialect.MYSQL, name.schema(), name.name());
    }

    /** A literal that means the same whatever the session's settings are. */
    static String literal(String text) {
        return SqlText.quoteLiteral(Dialect.MYSQL, text);
    }

    /** An addition as an action of its own: within parentheses it has no ADD. */
    static String adding(SourceText addition) {
        String text = addition.text();
        return ADD.matcher(text).lookingAt() ? text : "ADD " + text;
    }

    static String hasColumn(QualifiedName table, String column) {
        return "SELECT COUNT(*) > 0 FROM information_schema.columns WHERE " + where(table) + " AND column_name = "
                + literal(column);
    }

    static String hasIndex(QualifiedName table, String index) {
        return "SELECT COUNT(*) > 0 FROM information_schema.statistics WHERE " + where(table) + " AND index_name = "
                + literal(index);
    }

    private static String where(QualifiedName table) {
        return "table_schema = " + table.schema().map(My::literal).orElse("DATABASE()") + " AND table_name = "
                + literal(table.name());
    }
}
