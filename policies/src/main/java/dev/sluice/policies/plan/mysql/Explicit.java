package dev.sluice.policies.plan.mysql;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.rule.ColumnAddition;
import dev.sluice.policies.rule.Subject;
import java.util.List;

/**
 * A harmless statement with the ALGORITHM that makes it so: a server that cannot do it that way says so, instead of copying
 * the table silently.
 */
public final class Explicit {

    private Explicit() {}

    /** The statement as written, with the algorithm behind it where that is certain and the statement names none. */
    public static String text(Subject subject) {
        String written = subject.change().source().text();
        if (!(subject.change() instanceof SchemaChange.AlterTable alter)
                || alter.actions().isEmpty()
                || alter.options().algorithm().isPresent()
                || alter.options().lock().isPresent()
                || !innodb(subject)) {
            return written;
        }
        if (alter.actions().stream().allMatch(a -> instant(subject, a))) {
            return behind(alter, MySqlPlanner.INSTANT);
        }
        return alter.actions().stream().allMatch(Explicit::online) ? behind(alter, MySqlPlanner.ONLINE) : written;
    }

    /** Behind a parenthesis and the end of a comment that are open at the last action, and on a line without a comment. */
    private static String behind(SchemaChange.AlterTable alter, String algorithm) {
        SourceText statement = alter.source();
        int end = alter.actions().getLast().source().end();
        boolean plain = statement.sql().substring(end, statement.end()).isBlank();
        return statement.text().stripTrailing() + (plain ? ", " : "\n, ") + algorithm;
    }

    private static boolean innodb(Subject subject) {
        return subject.table()
                .map(t -> t.options().getOrDefault("engine", ""))
                .filter("innodb"::equalsIgnoreCase)
                .isPresent();
    }

    private static boolean instant(Subject subject, AlterAction action) {
        List<ColumnAddition> plain = subject.additions().stream()
                .filter(a -> a.fill() == ColumnAddition.Fill.NONE || a.fill() == ColumnAddition.Fill.STEADY)
                .toList();
        return action instanceof AlterAction.AddColumn add
                && plain.stream().anyMatch(a -> a.action().equals(add));
    }

    private static boolean online(AlterAction action) {
        return switch (action) {
            case AlterAction.AddIndex add ->
                add.kind() == IndexKind.PLAIN
                        && add.keys().stream().allMatch(k -> k.column().isPresent());
            case AlterAction.DropIndex drop -> true;
            default -> false;
        };
    }
}
