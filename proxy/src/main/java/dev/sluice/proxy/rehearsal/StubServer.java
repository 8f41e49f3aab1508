package dev.sluice.proxy.rehearsal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Consumer;

/** A server that says as little as a relay can be content with. On loopback; ends with the process or {@link #close}. */
abstract class StubServer implements AutoCloseable {
    /** Nobody else is let in: the gateway's own connections would not understand the answers. */
    static final String USER = "rehearsal";

    private final ServerSocket socket;

    StubServer() throws IOException {
        socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("stub server").start(this::accept);
    }

    final int port() {
        return socket.getLocalPort();
    }

    /** A client's session; ends when the client has gone or is not let in. */
    abstract void serve(DataInputStream in, OutputStream out) throws IOException;

    static byte[] bytes(Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.buffer();
        writer.accept(out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                Thread.ofPlatform().daemon().name("stub session").start(() -> serve(client));
            }
        } catch (IOException e) {
            // The rehearsal is over.
            return;
        }
    }

    private void serve(Socket client) {
        try (client;
                DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
                OutputStream out = new BufferedOutputStream(client.getOutputStream(), 64 << 10)) {
            client.setTcpNoDelay(true);
            serve(in, out);
        } catch (IOException e) {
            // The client has gone.
            return;
        }
    }

    @Override
    public final void close() throws IOException {
        socket.close();
    }
}
