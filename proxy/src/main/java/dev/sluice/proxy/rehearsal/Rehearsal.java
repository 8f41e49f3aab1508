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
import java.util.concurrent.atomic.AtomicInteger;

/** What applications do most, done often enough in several sessions that the JVM knows the relay's code. Blocks. */
public abstract class Rehearsal implements AutoCloseable {
    static final int CLIENTS = 6;
    /**
     * Of each client, one after the other: what is done once for a session must be known, too, or the JVM throws the code for
     * everything else away when the next client comes.
     */
    public static final int SESSIONS = 40;

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

    /**
     * Ends when all is said, or when the time is over.
     *
     * @param sessions of each client
     * @return how many sessions came to their end
     */
    public final int play(InetSocketAddress gateway, int sessions, Duration patience) throws InterruptedException {
        AtomicInteger played = new AtomicInteger();
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(Thread.ofPlatform()
                    .daemon()
                    .name("rehearsal")
                    .start(() -> client(gateway, sessions, deadlineNanos, played)));
        }
        for (Thread thread : threads) {
            thread.join(patience);
        }
        return played.get();
    }

    private void client(InetSocketAddress gateway, int sessions, long deadlineNanos, AtomicInteger played) {
        try {
            for (int i = 0; i < sessions && System.nanoTime() < deadlineNanos; i++) {
                session(gateway, i);
                played.incrementAndGet();
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
