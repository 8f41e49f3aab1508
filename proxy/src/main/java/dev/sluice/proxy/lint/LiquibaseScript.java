package dev.sluice.proxy.lint;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Liquibase's formatted SQL: change sets with attributes; those for another database are left out. */
final class LiquibaseScript {
    private static final Pattern CHANGE_SET =
            Pattern.compile("^\\s*--\\s*changeset\\s+(.*)$", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("(?:\"([^\"]*)\"|([^:\\s]+)):(?:\"([^\"]*)\"|(\\S+)).*");
    private static final Pattern ATTRIBUTE = Pattern.compile("(\\w+):\\s*(\"[^\"]*\"|\\S+)");

    private LiquibaseScript() {}

    private record ChangeSet(
            int start, boolean wanted, boolean transaction, boolean single, Optional<String> delimiter) {}

    static Script read(MigrationFile file, String text, LexicalRules rules, LintOptions options) {
        Script.Mask mask = new Script.Mask(text);
        List<Script.Piece> pieces = new ArrayList<>();
        Optional<ChangeSet> open = Optional.empty();
        for (Script.Line line : Script.Line.of(text)) {
            Matcher head = CHANGE_SET.matcher(line.text());
            if (head.matches()) {
                open.ifPresent(set -> close(set, line.start(), text, mask, pieces, rules));
                open = Optional.of(changeSet(line.end(), head.group(1), rules.dialect(), file, options.applied()));
            } else if (open.isEmpty() && !line.text().strip().startsWith("--")) {
                mask.blank(line.start(), line.end());
            }
        }
        open.ifPresent(set -> close(set, text.length(), text, mask, pieces, rules));
        return new Script(mask.toString(), pieces);
    }

    private static ChangeSet changeSet(
            int start, String attributes, Dialect dialect, MigrationFile file, AppliedMigrations applied) {
        boolean again = attributes.toLowerCase(Locale.ROOT).matches(".*\\brun(onchange|always):\\s*\"?true.*");
        boolean wanted = again || !hasRun(attributes, file, applied);
        boolean transaction = dialect == Dialect.POSTGRES;
        boolean split = true;
        Optional<String> delimiter = Optional.empty();
        Matcher attribute = ATTRIBUTE.matcher(attributes);
        while (attribute.find()) {
            String value = attribute.group(2).replace("\"", "");
            switch (attribute.group(1).toLowerCase(Locale.ROOT)) {
                case "dbms" -> wanted &= isFor(value, dialect);
                case "runintransaction" -> transaction &= !value.equalsIgnoreCase("false");
                case "splitstatements" -> split = !value.equalsIgnoreCase("false");
                case "enddelimiter" -> delimiter = Optional.of(value.replace("\\n", "\n"));
                default -> {}
            }
        }
        return new ChangeSet(start, wanted, transaction, !split, delimiter.filter(d -> !d.equals(";")));
    }

    /** A change set is called {@code author:id}. */
    private static boolean hasRun(String attributes, MigrationFile file, AppliedMigrations applied) {
        Matcher name = NAME.matcher(attributes.strip());
        return name.matches() && applied.hasRun(either(name, 3), either(name, 1), file);
    }

    private static String either(Matcher name, int group) {
        String quoted = name.group(group);
        return quoted == null ? name.group(group + 1) : quoted;
    }

    private static boolean isFor(String dbms, Dialect dialect) {
        String own = switch (dialect) {
            case POSTGRES -> "postgresql";
            case MYSQL -> "mysql";
            case MARIADB -> "mariadb";
        };
        boolean named = false;
        for (String name : dbms.toLowerCase(Locale.ROOT).split("[,\\s]+")) {
            if (name.equals("!" + own) || name.equals("none")) {
                return false;
            }
            named |= name.equals(own) || name.equals("all") || name.startsWith("!");
        }
        return named;
    }

    private static void close(
            ChangeSet set, int end, String text, Script.Mask mask, List<Script.Piece> pieces, LexicalRules rules) {
        if (!set.wanted()) {
            mask.blank(set.start(), end);
        } else if (set.delimiter().isPresent() && !set.single()) {
            pieces.addAll(DelimiterScript.pieces(
                    text, set.start(), end, set.delimiter().get(), set.transaction(), rules, mask));
        } else {
            // Unsplit, the server takes it apart itself.
            pieces.add(new Script.Piece(set.start(), end, set.transaction(), false));
        }
    }
}
