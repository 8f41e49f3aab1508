package dev.sluice.proxy.demo;

import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The programs of a MariaDB server, which are no part of Sluice: Maven fetches them from Maven Central for whoever runs
 * the demo, and keeps them in its local repository.
 */
final class MariaDbBinaries {

    private static final String WITHIN = "/linux/";

    private MariaDbBinaries() {}

    /** Puts them into a folder of the demo's. @return the server's base directory */
    static Path fetch(Path folder) throws IOException, CliException, InterruptedException {
        if (!runsHere()) {
            throw noServer("there are MariaDB binaries for Linux on x86-64 only");
        }
        Properties versions = versions();
        Path jars = Files.createDirectories(folder.resolve("fetched"));
        try {
            Commands.run(
                    folder,
                    folder.resolve("maven.log"),
                    "mvn",
                    "-B",
                    "-ntp",
                    "-q",
                    "org.apache.maven.plugins:maven-dependency-plugin:" + versions.getProperty("dependency-plugin")
                            + ":copy",
                    "-Dartifact=" + versions.getProperty("mariadb"),
                    "-DoutputDirectory=" + jars);
        } catch (IOException e) {
            throw noServer("Maven (mvn), which would fetch a MariaDB server, is not on the PATH");
        }
        Path base = folder.resolve("mariadb");
        try (Stream<Path> found = Files.list(jars)) {
            for (Path jar : found.toList()) {
                unpack(jar, base);
                Files.delete(jar);
            }
        }
        return base;
    }

    private static boolean runsHere() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")
                && System.getProperty("os.arch").equals("amd64");
    }

    private static CliException noServer(String why) {
        return new CliException(
                ExitCode.USAGE, why + "; name a server with --url 'jdbc:mysql://host:3306/?user=…&password=…'");
    }

    private static Properties versions() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = MariaDbBinaries.class.getResourceAsStream("/dev/sluice/proxy/demo.properties")) {
            properties.load(Objects.requireNonNull(in));
        }
        return properties;
    }

    private static void unpack(Path jar, Path base) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().filter(MariaDbBinaries::needed).toList()) {
                String name = entry.getName().substring(entry.getName().indexOf(WITHIN) + WITHIN.length());
                Path file = base.resolve(name).normalize();
                if (!file.startsWith(base)) {
                    throw new IOException("a name that leads elsewhere: " + entry.getName());
                }
                Files.createDirectories(file.getParent());
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, file);
                }
                if (name.startsWith("bin/") || name.startsWith("scripts/")) {
                    file.toFile().setExecutable(true);
                }
            }
        }
    }

    private static boolean needed(ZipEntry entry) {
        String name = entry.getName();
        return !entry.isDirectory() && name.contains(WITHIN) && !name.endsWith(".a") && !name.endsWith(".jar");
    }
}
