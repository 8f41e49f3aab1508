package dev.sluice.proxy.rehearsal;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * Loads the classes of what no rehearsal plays, such as a migration on MySQL: the JVM's cache takes what is loaded, and need
 * neither find nor verify it again.
 */
public final class UnplayedClasses {
    private static final String SUFFIX = ".class";

    private UnplayedClasses() {}

    /**
     * Loads classes of a jar without initialising any.
     *
     * @param of one class of the jar; of another place than a jar nothing is loaded
     * @param packages the beginnings of the names of those that are wanted
     * @return how many were loaded
     */
    public static int load(Class<?> of, List<String> packages) throws IOException {
        File place =
                new File(of.getProtectionDomain().getCodeSource().getLocation().getPath());
        if (!place.isFile()) {
            return 0;
        }
        try (JarFile jar = new JarFile(place)) {
            ClassLoader loader = Objects.requireNonNull(of.getClassLoader());
            return (int) jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name ->
                            name.substring(0, name.length() - SUFFIX.length()).replace('/', '.'))
                    .filter(name -> packages.stream().anyMatch(name::startsWith))
                    .filter(name -> isLoaded(name, loader))
                    .count();
        }
    }

    private static boolean isLoaded(String name, ClassLoader loader) {
        try {
            Class.forName(name, false, loader);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            // It is for a library that is not there.
            return false;
        }
    }
}
