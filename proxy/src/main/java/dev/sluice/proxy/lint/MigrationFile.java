package dev.sluice.proxy.lint;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/**
 * A file to be read.
 *
 * @param name as the user named it, with forward slashes
 */
record MigrationFile(Path path, String name, MigrationName naming) {

    /** By folder, then as the tool runs them: baseline, versions in order, repeatable ones, others by name. */
    static final Comparator<MigrationFile> ORDER = Comparator.comparing(MigrationFile::folder)
            .thenComparing(f -> f.naming().tool())
            .thenComparing(f -> f.naming().version(), Comparator.comparing(v -> v.orElse(MigrationVersion.ZERO)))
            .thenComparing(f -> f.naming().label())
            .thenComparing(MigrationFile::name);

    static MigrationFile of(Path path) {
        String name = path.normalize().toString().replace('\\', '/');
        Path last = Optional.ofNullable(path.getFileName()).orElse(path);
        return new MigrationFile(path, name, MigrationName.of(last.toString()));
    }

    String folder() {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    String fileName() {
        return name.substring(name.lastIndexOf('/') + 1);
    }
}
