package dev.sluice.proxy.lint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads what {@code --base} names: a folder, or a commit of the repository that holds the paths. */
public final class Baselines {
    private static final long GIT_SECONDS_MAX = 60;

    private Baselines() {}

    /** @throws IOException neither a folder nor a commit that git knows */
    public static Baseline read(String base, List<Path> paths) throws IOException, InterruptedException {
        Path folder = Path.of(base);
        return Files.isDirectory(folder) ? ofFolder(folder) : ofCommit(base, paths);
    }

    private static Baseline ofFolder(Path folder) throws IOException {
        Map<String, String> contents = new HashMap<>();
        for (MigrationFile file : MigrationFiles.find(List.of(folder))) {
            contents.put(file.fileName(), Fingerprint.of(file.path()));
        }
        return new Baseline(contents);
    }

    private static Baseline ofCommit(String commit, List<Path> paths) throws IOException, InterruptedException {
        Map<String, String> contents = new HashMap<>();
        for (Path path : paths) {
            Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
            String listed = git(folder == null ? Path.of(".") : folder, commit);
            // "<mode> blob <hash>\t<path>" with a zero behind each
            for (String entry : listed.split("\0")) {
                int tab = entry.indexOf('\t');
                String[] head = entry.split("[ \t]", 4);
                if (tab > 0 && head.length == 4 && head[1].equals("blob")) {
                    contents.put(entry.substring(Math.max(tab, entry.lastIndexOf('/')) + 1), head[2]);
                }
            }
        }
        return new Baseline(contents);
    }

    private static String git(Path folder, String commit) throws IOException, InterruptedException {
        if (commit.startsWith("-")) {
            throw new IOException("--base is neither a folder nor a commit: " + commit);
        }
        Path errors = Files.createTempFile("sluice-lint", ".txt");
        try {
            Process git = new ProcessBuilder("git", "ls-tree", "-r", "-z", commit, "--", ".")
                    .directory(folder.toFile())
                    .redirectError(errors.toFile())
                    .start();
            String listed = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!git.waitFor(GIT_SECONDS_MAX, TimeUnit.SECONDS) || git.exitValue() != 0) {
                git.destroy();
                throw new IOException("--base " + commit + " is neither a folder nor a commit that git knows: "
                        + Files.readString(errors).strip());
            }
            return listed;
        } finally {
            Files.delete(errors);
        }
    }
}
