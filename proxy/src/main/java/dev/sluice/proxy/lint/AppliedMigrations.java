package dev.sluice.proxy.lint;

import java.util.List;
import java.util.Set;

/**
 * What a database says that it has, by the lists that migration tools keep.
 *
 * @param versions normalised versions of files
 * @param changeSets Liquibase's
 */
public record AppliedMigrations(Set<String> versions, List<ChangeSet> changeSets) {

    public static final AppliedMigrations NONE = new AppliedMigrations(Set.of(), List.of());

    /** @param file as Liquibase was given it, which depends on where it was started */
    public record ChangeSet(String id, String author, String file) {}

    public AppliedMigrations {
        versions = Set.copyOf(versions);
        changeSets = List.copyOf(changeSets);
    }

    /** Whether Liquibase has run a change set of this file. */
    boolean hasRun(String id, String author, MigrationFile of) {
        return changeSets.stream()
                .anyMatch(
                        set -> set.id().equals(id) && set.author().equals(author) && isSame(set.file(), of.fileName()));
    }

    private static boolean isSame(String path, String name) {
        String slashes = path.replace('\\', '/');
        return slashes.equals(name) || slashes.endsWith("/" + name);
    }
}
