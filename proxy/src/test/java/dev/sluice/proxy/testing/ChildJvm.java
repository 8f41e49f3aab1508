package dev.sluice.proxy.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A test's main class in a process of its own, which may be killed. What it prints is dropped. */
public final class ChildJvm {

    private ChildJvm() {}

    public static Process start(Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** What a child returned. One that does not end in time is killed, and what its threads did is the failure. */
    public static int end(Process child, Duration patience) throws IOException, InterruptedException {
        if (child.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return child.exitValue();
        }
        String threads = threads(child);
        child.destroyForcibly().waitFor();
        throw new AssertionError("process " + child.pid() + " still ran after " + patience + ":\n" + threads);
    }

    /** Virtual threads too. */
    private static String threads(Process child) throws IOException, InterruptedException {
        Path file = Files.createTempFile("threads", ".txt");
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(child.pid()),
                        "Thread.dump_to_file",
                        "-overwrite",
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        boolean said = jcmd.waitFor(10, TimeUnit.SECONDS);
        String threads = said ? Files.readString(file) : "it does not answer";
        Files.delete(file);
        return threads;
    }
}
