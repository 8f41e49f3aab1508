package dev.sluice.proxy.lint;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file's name says to the tool that it belongs to.
 *
 * @param version where the tool orders by version
 * @param label what is left of the name
 */
record MigrationName(Tool tool, Optional<MigrationVersion> version, String label) {

    /** Whose naming it is. */
    enum Tool {
        FLYWAY_BASELINE,
        FLYWAY_VERSIONED,
        FLYWAY_REPEATABLE,
        FLYWAY_UNDO,
        /** {@code 12_name.sql}, {@code 20240101120000-name.sql}: goose, dbmate, Atlas, sql-migrate, Rails. */
        NUMBERED,
        /** {@code 12_name.up.sql} of golang-migrate. */
        NUMBERED_UP,
        NUMBERED_DOWN,
        /** No naming. */
        PLAIN;

        /** Whether it takes a change back. */
        boolean isDown() {
            return this == FLYWAY_UNDO || this == NUMBERED_DOWN;
        }

        /** Two files of one version are a mistake. */
        boolean isVersioned() {
            return this == FLYWAY_VERSIONED || this == NUMBERED || this == NUMBERED_UP;
        }
    }

    private static final Pattern FLYWAY =
            Pattern.compile("([VUB])([0-9][0-9._]*?)__(.*)\\.sql", Pattern.CASE_INSENSITIVE);
    private static final Pattern REPEATABLE = Pattern.compile("R__(.*)\\.sql", Pattern.CASE_INSENSITIVE);
    private static final Pattern NUMBERED = Pattern.compile(
            "([0-9]+(?:[.][0-9]+)*)[_.-](.*?)(\\.up|\\.down)?\\.sql|([0-9]+)(\\.up|\\.down)?\\.sql",
            Pattern.CASE_INSENSITIVE);

    static MigrationName of(String file) {
        Matcher flyway = FLYWAY.matcher(file);
        if (flyway.matches()) {
            Tool tool = switch (Character.toUpperCase(flyway.group(1).charAt(0))) {
                case 'U' -> Tool.FLYWAY_UNDO;
                case 'B' -> Tool.FLYWAY_BASELINE;
                default -> Tool.FLYWAY_VERSIONED;
            };
            return new MigrationName(tool, Optional.of(MigrationVersion.of(flyway.group(2))), flyway.group(3));
        }
        Matcher repeatable = REPEATABLE.matcher(file);
        if (repeatable.matches()) {
            return new MigrationName(Tool.FLYWAY_REPEATABLE, Optional.empty(), repeatable.group(1));
        }
        Matcher numbered = NUMBERED.matcher(file);
        if (numbered.matches()) {
            boolean labelled = numbered.group(1) != null;
            String suffix = numbered.group(labelled ? 3 : 5);
            Tool tool = suffix == null
                    ? Tool.NUMBERED
                    : suffix.equalsIgnoreCase(".up") ? Tool.NUMBERED_UP : Tool.NUMBERED_DOWN;
            return new MigrationName(
                    tool,
                    Optional.of(MigrationVersion.of(numbered.group(labelled ? 1 : 4))),
                    labelled ? numbered.group(2) : "");
        }
        return new MigrationName(Tool.PLAIN, Optional.empty(), file);
    }
}
