package dev.sluice.proxy.rehearsal;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What applications do most, done often enough in several sessions that the JVM knows the relay's code. Blocks. */
public abstract class Rehearsal implements AutoCloseable {
    private static final int CLIENTS = 6;
    /**
     * Of each client, one after the other: what is done once for a session must be known, too, or the JVM throws the code for
     * everything else away when the next client comes.
     */
    private static final int SESSIONS = 40;

    private final StubServer server;

    Rehearsal(StubServer server) {
        this.server = server;
    }

    /** The upstream that the gateway is to be started in front of. */
    public abstract String upstream();

    /** One session from its beginning to its end. */
    abstract void session(DataInputStream in, OutputStream out, int number) throws IOException;

    final int port() {
        return server.port();
    }

    /** Ends when all is said, or when the time is over. */
    public final void play(InetSocketAddress gateway, Duration patience) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(Thread.ofPlatform().daemon().name("rehearsal").start(() -> client(gateway, deadlineNanos)));
        }
        for (Thread thread : threads) {
            thread.join(patience);
        }
    }

    private void client(InetSocketAddress gateway, long deadlineNanos) {
        try {
            for (int i = 0; i < SESSIONS && System.nanoTime() < deadlineNanos; i++) {
                session(gateway, i);
            }
        } catch (IOException e) {
            // Whoever warms up has lost interest.
            return;
        }
    }

    private void session(InetSocketAddress gateway, int number) throws IOException {
        try (Socket socket = new Socket(gateway.getAddress(), gateway.getPort());
                DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
                OutputStream out = socket.getOutputStream()) {
            socket.setTcpNoDelay(true);
            session(in, out, number);
        }
    }

    @Override
    public final void close() throws IOException {
        server.close();
    }
}
