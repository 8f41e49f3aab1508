package dev.sluice.proxy.lint;

import dev.sluice.policies.sql.LexicalRules;
import java.util.Locale;
import java.util.regex.Pattern;

/** Tells whose file a text is, and reads it as that tool would. */
final class ScriptReader {
    private static final Pattern LIQUIBASE =
            Pattern.compile("\\A\\ufeff?\\s*--\\s*liquibase\\s+formatted\\s+sql", Pattern.CASE_INSENSITIVE);
    private static final Pattern ATLAS_NO_TRANSACTION =
            Pattern.compile("^--\\s*atlas:txmode\\s+none\\b", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    private static final Pattern CONCURRENTLY = Pattern.compile("\\bCONCURRENTLY\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern DELIMITER =
            Pattern.compile("^[ \\t]*delimiter[ \\t]+\\S", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

    private ScriptReader() {}

    static Script read(MigrationFile file, String text, LexicalRules rules, LintOptions options) {
        boolean mySql = rules.dialect().isMySqlFamily();
        if (LIQUIBASE.matcher(text).find()) {
            return LiquibaseScript.read(file, text, rules, options);
        }
        if (UpDownScript.isOne(text)) {
            return UpDownScript.read(text, mySql, options.down());
        }
        if (mySql && DELIMITER.matcher(text).find()) {
            return DelimiterScript.read(text, rules);
        }
        String sql = mySql ? text : PsqlScript.withoutMetaCommands(text, rules);
        return Script.whole(sql, !mySql && inTransaction(file, sql));
    }

    /** What the tool that the name belongs to does when nothing is said. */
    private static boolean inTransaction(MigrationFile file, String sql) {
        return switch (file.naming().tool()) {
            case FLYWAY_VERSIONED, FLYWAY_REPEATABLE, FLYWAY_UNDO, FLYWAY_BASELINE ->
                // Flyway runs a file without one when it sees a statement that cannot stand in one.
                !CONCURRENTLY.matcher(sql).find()
                        && !sql.toUpperCase(Locale.ROOT).contains("VACUUM");
            case NUMBERED ->
                !ATLAS_NO_TRANSACTION.matcher(sql).find()
                        && !CONCURRENTLY.matcher(sql).find();
            case NUMBERED_UP, NUMBERED_DOWN, PLAIN -> false;
        };
    }
}
